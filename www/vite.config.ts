import { defineConfig } from "vite";

export default defineConfig({
  // Relative addresses everywhere: the page works below any path of any static host.
  base: "./",
  build: {
    target: "es2023",
    outDir: "../dist",
    emptyOutDir: true,
    // A data: address could not be fetched under the page's policy.
    assetsInlineLimit: 0,
    // The polyfill would fetch, and there is only one chunk to load.
    modulePreload: false,
    chunkSizeWarningLimit: 200,
  },
  // One self-contained script: a worker made from a blob: address can import nothing.
  worker: { format: "iife" },
});

import { defineConfig, type Plugin } from "vite";

/**
 * Puts the script into the page and its hash into the policy: then the browser runs this script and no other, not even one
 * that lies on the same host.
 */
function hashedScript(): Plugin {
  return {
    name: "hashed-script",
    enforce: "post",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const page = bundle["index.html"];
        const [script, ...others] = Object.values(bundle).filter((part) => part.type === "chunk");
        if (page?.type !== "asset" || script === undefined || others.length > 0) {
          this.error("the page is one file with one script");
        }
        // What would end the element early; in a string or a comment it means the same.
        const code = script.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
        const tag = /<script type="module"[^>]*><\/script>/;
        const html = String(page.source);
        const policy = "script-src 'self'";
        if (!tag.test(html) || !html.includes(policy)) {
          this.error("the page has no script or no policy");
        }
        const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
        const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
        page.source = html
          .replace(policy, `script-src 'sha256-${hash}'`)
          // A function: `$` in the script is no reference to a group.
          .replace(tag, () => `<script type="module">${code}</script>`);
        delete bundle[script.fileName];
      },
    },
  };
}

/** Leaves the module out as it is: its glue names it, but the page loads it packed. */
function packedModule(): Plugin {
  return {
    name: "packed-module",
    generateBundle(_, bundle) {
      for (const name of Object.keys(bundle)) {
        if (name.endsWith(".wasm")) delete bundle[name];
      }
    },
  };
}

export default defineConfig({
  // Relative addresses everywhere: the page works below any path of any static host.
  base: "./",
  plugins: [hashedScript(), packedModule()],
  build: {
    target: "es2023",
    outDir: "../dist",
    emptyOutDir: true,
    // A data: address could not be fetched under the page's policy.
    assetsInlineLimit: 0,
    // The polyfill would fetch, and there is only one chunk to load.
    modulePreload: false,
    chunkSizeWarningLimit: 200,
    // Beside the page, so that addresses relative to the script are relative to the page it is put into.
    rolldownOptions: { output: { entryFileNames: "[name]-[hash].js" } },
  },
  // One self-contained script: a worker made from a blob: address can import nothing.
  worker: { format: "iife" },
});

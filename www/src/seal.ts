// Takes the network away from the page before any log is opened.
//
// The policy in index.html lets the page load its own parts. Once they are here, a second policy forbids the rest: the
// browser applies both, for good, and workers made from blob: addresses inherit both. Workers made before would not.

const SEALED_POLICY = [
  "default-src 'none'",
  "script-src 'wasm-unsafe-eval'",
  "img-src data: blob:",
  "worker-src blob:",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** Forbids every request from now on, for this page and all workers made later. */
export function seal(): void {
  const meta = document.createElement("meta");
  meta.httpEquiv = "Content-Security-Policy";
  meta.content = SEALED_POLICY;
  document.head.append(meta);
}

/** Another page around this one could cover it with its own, so framed pages open nothing. */
export function isFramed(): boolean {
  return window.top !== window.self;
}

interface TrustedTypePolicy {
  createScriptURL(url: string): URL;
}
interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): TrustedTypePolicy;
}

let policy: TrustedTypePolicy | null = null;

/** The only way a script address comes to be: a blob: address of this very page. */
export function workerScriptUrl(blobUrl: string): string | URL {
  const factory = (window as { trustedTypes?: TrustedTypePolicyFactory }).trustedTypes;
  if (factory === undefined) {
    return blobUrl;
  }
  policy ??= factory.createPolicy("logloupe", {
    createScriptURL(url) {
      if (!url.startsWith("blob:")) {
        throw new TypeError("only scripts of the page itself become workers");
      }
      return url;
    },
  });
  return policy.createScriptURL(blobUrl);
}

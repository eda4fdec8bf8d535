// Handles of files, in the browsers that give them out: with one, a file can be opened again after a reload, if its owner allows.
//
// The types of the browsers' own declarations stop before pickers and permissions, which not all of them have.

interface WithPermission {
  queryPermission?(what: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(what: { mode: "read" }): Promise<PermissionState>;
}

interface WithPicker {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<FileSystemFileHandle[]>;
}

interface WithHandle {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

/** Whether this browser gives out handles and keeps them. On a disk all saved pages would share what is kept, so not there. */
export const hasHandles =
  "showOpenFilePicker" in window &&
  typeof indexedDB !== "undefined" &&
  window.location.protocol !== "file:";

/** Lets a person choose files; null where the browser wants its own input element for that, none where nothing was chosen. */
export async function pickHandles(): Promise<FileSystemFileHandle[] | null> {
  try {
    return (await (window as WithPicker).showOpenFilePicker?.({ multiple: true })) ?? null;
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? [] : null;
  }
}

/** The handle of a dropped file. Must be called before the handler of the drop returns; folders and other things have none. */
export async function handleOf(item: DataTransferItem): Promise<FileSystemFileHandle | null> {
  try {
    const handle = await (item as WithHandle).getAsFileSystemHandle?.();
    return handle?.kind === "file" ? (handle as FileSystemFileHandle) : null;
  } catch {
    return null;
  }
}

/** Whether the file may be read, after asking for it where that is needed. Must be called while a click is handled. */
export async function isAllowed(handle: FileSystemFileHandle): Promise<boolean> {
  const { queryPermission, requestPermission } = handle as WithPermission;
  const mode = { mode: "read" } as const;
  if (queryPermission === undefined || (await queryPermission.call(handle, mode)) === "granted") {
    return true;
  }
  return (await requestPermission?.call(handle, mode)) === "granted";
}

// Dialogs: modal while they are there. Esc, a click beside it and their own buttons close them.

import type { ComponentChildren, JSX, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Dialog(props: {
  class: string;
  id?: string;
  /** Said of the dialog where no heading of it is named by `headedBy`. */
  label?: string;
  headedBy?: string;
  /** For what closes it: a closed dialog gives the focus back, one that is taken away does not. */
  element: RefObject<HTMLDialogElement | null>;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  useEffect(() => props.element.current?.showModal(), []);
  return (
    <dialog
      ref={props.element}
      class={props.class}
      id={props.id}
      aria-label={props.label}
      aria-labelledby={props.headedBy}
      onClose={props.onClose}
      onClick={(event) => {
        // A click on the backdrop is a click on the dialog itself.
        if (event.target === event.currentTarget) event.currentTarget.close();
      }}
    >
      {props.children}
    </dialog>
  );
}

/** A dialog to be read: a title, a button that closes it, and what there is to say. */
export function Sheet(props: {
  name: string;
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { name, title, onClose, children } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  return (
    <Dialog
      element={dialog}
      class={name === "help" ? name : `help ${name}`}
      id={name}
      headedBy={`${name}-title`}
      onClose={onClose}
    >
      <div class="help-body">
        <header>
          <h2 id={`${name}-title`}>{title}</h2>
          <button type="button" class="button small" onClick={() => dialog.current?.close()}>
            Close <kbd>Esc</kbd>
          </button>
        </header>
        {children}
      </div>
    </Dialog>
  );
}

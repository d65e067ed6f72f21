import type { AnchorHTMLAttributes, MouseEvent } from "react";

import { navigate } from "./location";

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  href: string;
}

/** A link to a page of this app, which a plain click opens without loading the document again. */
export function Link({ href, children, ...props }: LinkProps) {
  return (
    <a {...props} href={href} onClick={(event) => openInApp(event, href)}>
      {children}
    </a>
  );
}

/** Handles a click on a link. Clicks that open a new tab or window are left to the browser. */
export function openInApp(event: MouseEvent, href: string): void {
  if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    navigate(href);
  }
}

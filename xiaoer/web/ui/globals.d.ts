// What the vendored htmx puts on the window, as far as our elements use it.
interface Window {
  htmx?: { process(element: Element): void };
}

// The one script tag of a shop's page:
//   <script src="https://help.example.com/widget/xiaoer-chat.js" data-shop="spruce" data-language="zh" async></script>
// data-identity is a JWT that the shop's server signs for a buyer who is logged in; data-open opens the panel at once.
(() => {
  const MARK = ""; // filled in by the server: the folder's mark, so that the modules can be kept for a year
  const script = document.currentScript ?? document.querySelector('script[src*="/widget/xiaoer-chat.js"]');
  if (!(script instanceof HTMLScriptElement)) return;

  const place = () => {
    if (document.querySelector("xiaoer-chat")) return; // the page has put it where it wants it
    const chat = document.createElement("xiaoer-chat");
    for (const name of ["shop", "language", "identity", "open"]) {
      const value = script.dataset[name];
      if (value !== undefined) chat.setAttribute(name, value);
    }
    document.body.append(chat);
  };

  import(new URL(`${MARK}chat.js`, new URL(".", script.src)).href)
    .then(() => (document.body ? place() : document.addEventListener("DOMContentLoaded", place, { once: true })))
    .catch((error) => console.error("xiaoer-chat could not be loaded:", error));
})();

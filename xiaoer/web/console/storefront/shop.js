// A button with data-ask opens the chat and says those words there.
document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-ask]") : null;
  if (!(button instanceof HTMLElement)) return;
  await customElements.whenDefined("xiaoer-chat"); // who is quicker than the widget waits for it
  await new Promise(requestAnimationFrame);
  const chat = document.querySelector("xiaoer-chat");
  if (chat && "ask" in chat) /** @type {any} */ (chat).ask(button.dataset.ask);
});

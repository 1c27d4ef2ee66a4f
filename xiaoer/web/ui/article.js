// An article's page: drafts keep themselves, similar questions are a list, marks and pictures go into the text.
import "./hot-keys.js";
import "./auto-save.js";
import "./line-list.js";
import "./markdown-editor.js";

document.documentElement.classList.add("has-script");

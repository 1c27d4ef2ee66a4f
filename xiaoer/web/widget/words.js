// Every word of the widget, in both languages. {x} is filled in; what the shop says comes from the server.
// prettier-ignore
const WORDS = {
  zh: {
    open: "打开客服聊天", open_unread: "打开客服聊天，{n} 条未读", close: "关闭", log: "聊天记录",
    staff_on: "人工在线", staff_off: "人工离线", with_staff: "人工客服 {name}", language: "Switch to English",
    language_short: "EN", hello: "您好，我是 AI 小二。",
    hello_more: "查物流、退换货、问商品和规则都可以找我。想找真人，随时点“转人工”。", hot: "大家常问",
    placeholder: "输入您的问题", placeholder_staff: "回复客服", placeholder_leave: "写下问题，客服看到后回复您", send: "发送",
    picture: "添加图片", voice: "语音输入", voice_on: "正在听，点一下结束", voice_off: "没有听到声音，请再试一次",
    person: "转人工", person_say: "转人工", person_waiting: "排队中", person_here: "人工服务中", you: "我",
    assistant: "AI 小二", staff: "客服", source: "来源", useful: "有用", useless: "没用", thanks: "谢谢反馈",
    sending: "发送中", unsent: "还没发出去，连上后会自动重发", unsent_offline: "网络断开，恢复后会自动发送", retry: "重试",
    edit: "修改", remove: "删除", typing: "正在输入", queue: "排队中，您是第 {position} 位（共 {waiting} 位等待）",
    queue_next: "马上轮到您", leave: "留言", leave_hint: "写下问题就可以离开，客服回复后这里会有未读提醒。",
    queue_off: "人工服务时间 {from}–{to}，现在可以留言，上班后按顺序回复。", left: "已留言，回复后这里会有未读提醒。",
    closed: "本次服务已结束，继续发消息由小二接待。", offline: "网络断开，正在重新连接…",
    signed_out: "登录已失效，请刷新页面。", broken: "连接不上客服，正在重试…", earlier: "更早的消息", down: "到最新消息",
    back: "返回聊天", article: "正在打开…", article_other: "这篇只有英文版", look: "看看", compare_add: "加入对比",
    compare_out: "移出对比", compare_go: "对比 {n} 款", compare_more: "再选 {n} 款就能对比", compare_say: "对比{names}",
    compare_name: "“{name}”", compare_and: "和", compare_comma: "、", compare_clear: "清空", stock: "有货",
    stock_few: "仅剩 {n} 件", stock_none: "缺货", order: "订单 {id}", pieces: "×{n}", total: "合计", clause: "依据",
    until: "截止", instead: "换个情况", refund: "预计退款", picture_sent: "图片",
    picture_bad: "只能发送 PNG、JPEG 或 WebP 图片。", picture_many: "一次最多 {n} 张图片。",
    too_long: "还能输入 {n} 个字", over: "超出 {n} 个字，请分几条发送",
  },
  en: {
    open: "Open the chat", open_unread: "Open the chat, {n} unread", close: "Close",
    log: "Conversation", staff_on: "staff online", staff_off: "staff offline", with_staff: "{name}, staff",
    language: "切换到中文", language_short: "中", hello: "Hello, I am Xiaoer, an AI assistant.",
    hello_more: "Ask me about parcels, returns, products and rules. For a person, press “Talk to a person” at any time.",
    hot: "Often asked", placeholder: "Write your question", placeholder_staff: "Reply",
    placeholder_leave: "Write your question; staff will answer it here", send: "Send", picture: "Add a picture",
    voice: "Speak", voice_on: "Listening, press to stop", voice_off: "Nothing heard, try again", person: "Talk to a person",
    person_say: "I want to talk to a person", person_waiting: "Waiting", person_here: "With staff", you: "You",
    assistant: "Xiaoer AI", staff: "Staff", source: "Source", useful: "Helpful", useless: "Not helpful", thanks: "Thank you",
    sending: "Sending", unsent: "Not sent yet; it goes out as soon as it can",
    unsent_offline: "No connection; it is sent as soon as there is one", retry: "Retry", edit: "Edit", remove: "Delete",
    typing: "is typing", queue: "Waiting for staff: number {position} of {waiting}", queue_next: "You are next",
    leave: "Leave a message", leave_hint: "Write your question and go; the answer waits for you here.",
    queue_off: "Staff answer from {from} to {to}. Leave a message now; they answer in order.",
    left: "Noted. The answer waits for you here.", closed: "This conversation was ended. Write on, and Xiaoer answers.",
    offline: "No connection, trying again…", signed_out: "Your sign-in ran out. Load the page again.",
    broken: "The chat cannot be reached, trying again…", earlier: "Earlier messages", down: "To the newest message",
    back: "Back to the chat", article: "Opening…", article_other: "Only in Chinese", look: "View", compare_add: "Compare",
    compare_out: "Don't compare", compare_go: "Compare {n} products", compare_more: "Choose {n} more to compare",
    compare_say: "Compare {names}", compare_name: "the {name}", compare_and: " and ", compare_comma: ", ",
    compare_clear: "Clear", stock: "In stock", stock_few: "Only {n} left", stock_none: "Sold out", order: "Order {id}",
    pieces: "×{n}", total: "Total", clause: "Rule", until: "Until", instead: "What would change it", refund: "Refund",
    picture_sent: "Picture",
    picture_bad: "Only PNG, JPEG and WebP pictures can be sent.", picture_many: "At most {n} pictures at once.",
    too_long: "{n} characters left", over: "{n} characters too many; send it in parts",
  },
};

/** @typedef {keyof typeof WORDS.zh} Key */
/** @typedef {"zh" | "en"} Language */

/** The words of one language. @param {Language} language @returns {(key: Key, values?: Record<string, unknown>) => string} */
export function wordsOf(language) {
  return (key, values = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

/** Our language for a tag such as zh-Hans-CN. @param {string | null | undefined} tag @returns {Language | null} */
export function languageOf(tag) {
  const primary = (tag ?? "").toLowerCase().split(/[-_]/)[0];
  return primary === "zh" || primary === "en" ? primary : null;
}

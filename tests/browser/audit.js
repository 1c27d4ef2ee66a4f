// What a reader of this page may miss: text with too little contrast, a page that has to be scrolled sideways, ids given twice.
() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const shades = new Map();
  const shadeOf = (css) => {
    if (!shades.has(css)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      shades.set(css, [r, g, b, a / 255]);
    }
    return shades.get(css);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;

  const backgroundOf = (element) => {
    const layers = [];
    for (let one = element; one; one = parentOf(one)) {
      const style = getComputedStyle(one);
      if (style.backgroundImage !== "none") return null; // a picture: nobody can tell
      const shade = shadeOf(style.backgroundColor);
      if (shade[3] > 0) layers.unshift(shade);
      if (shade[3] === 1) break;
    }
    return layers.reduce((below, shade) => over(shade, below), shadeOf(getComputedStyle(document.documentElement).colorScheme.includes("dark") ? "black" : "white"));
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const opacityOf = (element) => {
    let all = 1;
    for (let one = element; one; one = parentOf(one)) all *= Number(getComputedStyle(one).opacity);
    return all;
  };

  const elements = [];
  const gather = (root) => {
    for (const one of root.querySelectorAll("*")) {
      elements.push(one);
      if (one.shadowRoot) gather(one.shadowRoot);
    }
  };
  gather(document);

  const found = [];
  for (const element of elements) {
    const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!text.length || element.closest("svg, script, style, noscript, :disabled, [aria-disabled=true], label:has(:disabled)")) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1) continue; // only for screen readers
    const style = getComputedStyle(element);
    const back = backgroundOf(element);
    if (!back) continue;
    const ink = shadeOf(style.color);
    const front = over([...ink.slice(0, 3), ink[3] * opacityOf(element)], back);
    const [high, low] = [light(front), light(back)].sort((a, b) => b - a);
    const contrast = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) {
      found.push(`contrast ${contrast.toFixed(2)}: <${element.localName} class="${element.className}"> ${text[0].data.trim().slice(0, 40)}`);
    }
  }

  const roots = new Set(elements.map((one) => one.getRootNode()));
  for (const root of roots) {
    const ids = [...root.querySelectorAll("[id]")].map((one) => one.id);
    for (const id of new Set(ids.filter((id, place) => ids.indexOf(id) !== place))) found.push(`id given twice: ${id}`);
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = elements.filter((one) => one.getBoundingClientRect().right > clientWidth + 1).slice(0, 3);
    found.push(`${scrollWidth - clientWidth} px too wide: ${wide.map((one) => `${one.localName}.${one.className}`).join(", ")}`);
  }
  return [...new Set(found)];
}

// Draws blocks of text by textContent alone: whatever the text holds, it stays text.
const TAGS = { heading: "h2", item: "li", article: "article", quote: "blockquote" };
const INLINE = {
  short: "strong", faint: "span", front: "span", title: "strong", unfound: "span", flag: "span", unchecked: "span",
};

function element(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

// -- cited words in an article: all that carry one of the same numbers are one mark, however many parts they come in

function drawMark(block, text, style, number) {
  let mark = block.lastChild;
  if (mark?.nodeName !== "MARK" || mark.dataset.number !== number) {
    mark = element("mark", "", "");
    mark.dataset.number = number;
    block.append(mark);
  }
  mark.classList.toggle("now", style.includes("now") || mark.classList.contains("now"));
  mark.append(style.includes("key") ? element("strong", "key", text) : document.createTextNode(text));
}

// A number stays on the line of the word before it.
function keepWith(block, button) {
  const before = block.lastChild;
  if (before?.className === "kept") {
    before.append(button);
    return;
  }
  const kept = element("span", "kept", "");
  if (before?.nodeType === Node.TEXT_NODE) {
    const [word] = before.data.match(/\S{0,30}$/u);
    before.data = before.data.slice(0, before.data.length - word.length);
    kept.append(word);
  }
  kept.append(button);
  block.append(kept);
}

function drawPart(block, [text, style, number = ""], cite) {
  if (style === "cite") {
    keepWith(block, cite(text));
  } else if (style.startsWith("mark")) {
    drawMark(block, text, style, number);
  } else if (INLINE[style] === undefined) {
    block.append(document.createTextNode(text));
  } else {
    block.append(element(INLINE[style], style, text));
  }
}

function drawBlock({ role, parts }, cite) {
  const block = document.createElement(TAGS[role] ?? "p");
  block.className = role;
  if (role === "article") {
    block.tabIndex = 0;
  } else {
    block.dir = "auto";
  }
  parts.forEach((part) => drawPart(block, part, cite));
  return block;
}

function drawAll(blocks, cite) {
  const drawn = [];
  for (const block of blocks) {
    const made = drawBlock(block, cite);
    if (block.role !== "item") {
      drawn.push(made);
    } else if (drawn.at(-1)?.tagName === "UL") {
      drawn.at(-1).append(made);
    } else {
      const list = document.createElement("ul");
      list.append(made);
      drawn.push(list);
    }
  }
  return drawn;
}

// -- the number of a citation: a button, and a card with the cited words while it is pointed at or has the focus

const EDGE = 8; // pixels between a card and the window's edges
const GAP = 6; // pixels between a number and its card
const LINGER = 120; // milliseconds in which the pointer may cross that gap

function cardOf({ quote, short, source }) {
  const card = element("div", "card", "");
  card.popover = "manual"; // in the top layer, so that nothing cuts it off
  card.setAttribute("role", "tooltip");
  const words = element("blockquote", "", "");
  words.dir = "auto";
  if (short) {
    const [start, end] = short.map((offset) => Array.from(quote).slice(0, offset).join("").length);
    words.append(quote.slice(0, start), element("strong", "", quote.slice(start, end)), quote.slice(end));
  } else {
    words.append(quote);
  }
  const from = element("p", "note", source);
  from.dir = "auto";
  card.append(words, from);
  return card;
}

// Above the number where there is room for all of it, else on the side with more room, and never beyond the window.
function place(card, button) {
  card.style.maxHeight = ""; // of where it was before
  const at = button.getBoundingClientRect();
  const above = at.top - GAP - EDGE;
  const below = innerHeight - EDGE - at.bottom - GAP;
  const whole = card.getBoundingClientRect();
  const over = whole.height <= above || above >= below;
  const height = Math.min(whole.height, over ? above : below);
  const left = at.left + at.width / 2 - whole.width / 2;
  card.style.maxHeight = `${height}px`;
  card.style.left = `${Math.max(EDGE, Math.min(left, document.documentElement.clientWidth - whole.width - EDGE))}px`;
  card.style.top = `${over ? at.top - GAP - height : at.bottom + GAP}px`;
}

function citer(root, cards, open) {
  let shown = null;
  let leaving = 0;
  let opened = null; // the number that was followed last: it gets the focus back without its card
  let watched = null; // what is listened to on the whole page while a card is shown
  const hide = () => {
    clearTimeout(leaving);
    watched?.abort();
    root.querySelector("[aria-describedby=card]")?.removeAttribute("aria-describedby");
    shown?.remove();
    shown = null;
  };
  const watch = (button, pointed) => {
    watched = new AbortController();
    const options = { signal: watched.signal, capture: true, passive: true };
    const follow = (event) => {
      const at = button.getBoundingClientRect();
      if (at.bottom < 0 || at.top > innerHeight) {
        hide();
      } else if (event.composedPath()[0] !== shown) {
        place(shown, button);
      }
    };
    // the pointer may be on a number that has not the focus
    document.addEventListener("keydown", (event) => event.key === "Escape" && hide(), options);
    addEventListener("scroll", follow, options);
    addEventListener("resize", follow, options);
    if (!pointed) {
      // whoever takes the mouse again wants what lies under the card of the number that has the focus
      const taken = (event) => {
        const moved = event.movementX || event.movementY; // else it is the page that moved beneath it
        if (moved && !event.composedPath().includes(shown)) {
          hide();
        }
      };
      document.addEventListener("pointermove", taken, options);
    }
  };
  const show = (button, number, pointed) => {
    hide();
    shown = cardOf(cards[number]);
    shown.id = "card";
    shown.addEventListener("pointerenter", () => clearTimeout(leaving));
    shown.addEventListener("pointerleave", hide);
    root.append(shown);
    shown.showPopover();
    place(shown, button);
    button.setAttribute("aria-describedby", "card");
    watch(button, pointed);
  };
  root.hideCard = hide;
  return (number) => {
    const button = element("button", "cite", number);
    button.type = "button";
    if (cards[number] === undefined) {
      return button;
    }
    button.setAttribute("aria-label", cards[number].label);
    button.addEventListener("pointerenter", () => show(button, number, true));
    button.addEventListener("pointerleave", () => {
      leaving = setTimeout(hide, LINGER);
    });
    button.addEventListener("focus", () => {
      if (button.matches(":focus-visible") && button !== opened) {
        show(button, number, false);
      }
      opened = null;
    });
    button.addEventListener("blur", hide);
    button.addEventListener("click", () => {
      hide();
      opened = button;
      open(Number(number));
    });
    return button;
  };
}

// -- bringing something into view, and keeping it there while what stands above it is still being drawn

const HELD = 2000; // milliseconds
const TAKEN = ["wheel", "touchstart", "keydown", "pointerdown"]; // whoever scrolls or clicks decides from then on

function scroller(node) {
  for (let each = node.getRootNode().host; each; each = each.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(each).overflowY) && each.clientHeight) {
      return each;
    }
  }
  return document.documentElement;
}

function hold(target, options) {
  const scrolled = scroller(target);
  const over = new AbortController();
  const { signal } = over;
  const view = () => {
    scrolled.dispatchEvent(new WheelEvent("wheel")); // for Streamlit, which may be on its way to the page's end
    target.scrollIntoView(options);
  };
  const growth = new ResizeObserver(view);
  [...scrolled.children].forEach((each) => growth.observe(each));
  signal.addEventListener("abort", () => growth.disconnect());
  scrolled.addEventListener("scroll", view, { signal });
  const taken = (event) => event.isTrusted && over.abort();
  TAKEN.forEach((name) => addEventListener(name, taken, { capture: true, passive: true, signal }));
  setTimeout(() => over.abort(), HELD);
  view();
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const wanted = JSON.stringify(data);
  if (root.wanted !== wanted) {
    root.wanted = wanted; // else a selection and the place that was scrolled to stay
    const held = root.getRootNode().activeElement;
    const focused = held?.classList.contains("cite") ? [...root.querySelectorAll(".cite")].indexOf(held) : -1;
    root.hideCard?.();
    root.replaceChildren(...drawAll(data.blocks, citer(root, data.cards, (number) => setTriggerValue("cited", number))));
    if (focused >= 0) {
      root.querySelectorAll(".cite")[focused]?.focus({ preventScroll: true });
    }
    if (data.scroll) {
      const mark = root.querySelector("mark.now") ?? root.querySelector("mark");
      requestAnimationFrame(() => hold(mark ?? root, { block: mark ? "center" : "start", inline: "nearest" }));
    }
  }
  return () => root.hideCard?.();
}

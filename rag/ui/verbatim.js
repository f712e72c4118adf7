// Draws blocks of text by textContent alone: whatever the text holds, it stays text.
const TAGS = { heading: "h2", item: "li", article: "article", quote: "blockquote" };
const INLINE = { mark: "mark", number: "span", faint: "span" };

function drawBlock({ role, parts }) {
  const block = document.createElement(TAGS[role] ?? "p");
  block.className = role;
  if (role === "article") {
    block.tabIndex = 0;
  } else {
    block.dir = "auto";
  }
  for (const [text, style] of parts) {
    const tag = INLINE[style];
    if (tag === undefined) {
      block.append(document.createTextNode(text));
    } else {
      const inline = document.createElement(tag);
      inline.className = style;
      inline.textContent = text;
      block.append(inline);
    }
  }
  return block;
}

function drawAll(blocks) {
  const drawn = [];
  for (const block of blocks) {
    const element = drawBlock(block);
    if (block.role !== "item") {
      drawn.push(element);
    } else if (drawn.at(-1)?.tagName === "UL") {
      drawn.at(-1).append(element);
    } else {
      const list = document.createElement("ul");
      list.append(element);
      drawn.push(list);
    }
  }
  return drawn;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  const wanted = JSON.stringify(data);
  if (root.wanted === wanted) {
    return; // nothing new: a selection and the place that was scrolled to stay
  }
  root.wanted = wanted;
  root.replaceChildren(...drawAll(data.blocks));
  if (data.scroll) {
    requestAnimationFrame(() => root.querySelector("mark")?.scrollIntoView({ block: "center", inline: "nearest" }));
  }
}

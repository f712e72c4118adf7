// Draws blocks of text by textContent alone: whatever the text holds, it stays text.
const TAGS = { heading: "h2", item: "li", article: "article", quote: "blockquote" };
const INLINE = { key: "strong", short: "strong", number: "span", faint: "span", unfound: "span", flag: "span", unchecked: "span" };

function drawPart(place, text, style) {
  const tag = INLINE[style];
  if (tag === undefined) {
    place.append(document.createTextNode(text));
  } else {
    const inline = document.createElement(tag);
    inline.className = style;
    inline.textContent = text;
    place.append(inline);
  }
}

// Marked words and the key words among them are one mark, however many parts they come in.
function markIn(block) {
  if (block.lastChild?.nodeName !== "MARK") {
    block.append(document.createElement("mark"));
  }
  return block.lastChild;
}

function drawBlock({ role, parts }) {
  const block = document.createElement(TAGS[role] ?? "p");
  block.className = role;
  if (role === "article") {
    block.tabIndex = 0;
  } else {
    block.dir = "auto";
  }
  for (const [text, style] of parts) {
    drawPart(style === "mark" || style === "key" ? markIn(block) : block, text, style);
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

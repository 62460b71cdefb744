// Following along: the sentence that is heard is shown, a click on a sentence or #t=SECONDS in the address plays it.
"use strict";
(() => {
  const player = document.querySelector("video[data-film], audio[data-film]");
  const ahead = Number(player?.dataset.ahead ?? 0); // what is added to the player's second to get the original's
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // A page carries a part of each transcript; `first` and `last` are the parts that stand in it now.
  const texts = [...document.querySelectorAll(".in-parts")].map(box => {
    const part = Number(box.dataset.part), starts = box.dataset.starts.split(" ").filter(Boolean).map(Number);
    return listed({ box, which: box.dataset.which, more: box.dataset.more, starts, parts: Number(box.dataset.parts),
      first: part, last: part, words: new URLSearchParams(location.search).get("within")?.trim() ?? "", asked: 0, busy: 0 });
  });
  let following = true, shown = [];

  const moment = () => player.currentTime + ahead;
  const go = seconds => { player.currentTime = Math.max(0, seconds - ahead); };

  function listed(text) {
    text.list = text.box.querySelector(".sentences");
    text.items = [...text.list.children].map(item => (
      { item, start: Number(item.dataset.start), end: Number(item.dataset.end) }));
    return text;
  }

  function find(list, second) {
    let low = 0, high = list.length - 1, found = null;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (list[middle].start <= second + 0.001) { found = list[middle]; low = middle + 1; } else { high = middle - 1; }
    }
    return found;
  }

  const partWith = (text, second) => Math.max(1, text.starts.filter(start => start <= second + 0.001).length);

  // Bring a part: behind or before what stands there, or in its place. Nothing, where something else is asked meanwhile;
  // what is only near gives way to all else, and is asked for where nothing else is.
  async function bring(text, part, words = text.words, near = false) {
    if (near && text.busy) return false;
    const asked = near ? text.asked : ++text.asked, address = new URL(text.more, location);
    address.searchParams.set(text.which, part);
    if (words) address.searchParams.set("within", words); else address.searchParams.delete("within");
    text.busy += 1;
    const answer = await fetch(address).then(found => found.ok ? found.text() : "").catch(() => "");
    text.busy -= 1;
    const made = new DOMParser().parseFromString(answer, "text/html"), box = made.querySelector(".in-parts");
    const beside = words === text.words && (part === text.last + 1 || part === text.first - 1);
    if (!box || asked !== text.asked || (near && !beside)) return false;
    for (const style of made.querySelectorAll("link[rel=stylesheet]")) {
      if (!document.querySelector(`link[href="${style.getAttribute("href")}"]`)) document.head.append(style);
    }
    const one = name => box.querySelector(name), there = name => text.box.querySelector(name);
    if (words === text.words && part === text.last + 1) {
      text.list.append(...one(".sentences").children);
      there("[rel=next]").replaceWith(one("[rel=next]"));
      there("[data-last]").textContent = one("[data-last]").textContent;
      text.last = part;
    } else if (words === text.words && part === text.first - 1) {
      const mark = text.list.firstElementChild, before = mark.getBoundingClientRect().top;
      text.list.prepend(...one(".sentences").children);
      there("[rel=prev]").replaceWith(one("[rel=prev]"));
      there("[data-first]").textContent = one("[data-first]").textContent;
      text.first = part;
      scrollBy({ top: mark.getBoundingClientRect().top - before, behavior: "instant" });
    } else {
      text.box.replaceChildren(...box.children);
      if (!words) text.starts = box.dataset.starts.split(" ").filter(Boolean).map(Number);
      Object.assign(text, { words, first: part, last: part, parts: Number(box.dataset.parts) });
    }
    listed(text);
    shown = [];
    return true;
  }

  // Have the part of a second in the page; whoever searches sees what was found, and nothing else.
  async function reach(text, second) {
    const part = partWith(text, second);
    if (text.words || (part >= text.first && part <= text.last)) return;
    if (text.reaching === part) return;
    text.reaching = part;
    await bring(text, part);
    if (text.reaching === part) text.reaching = 0;
  }

  function show() {
    const now = texts.map(text => find(text.items, moment())).filter(one => one && moment() < one.end + 0.5);
    if (now.length === shown.length && now.every((one, i) => one === shown[i])) return;
    document.querySelectorAll(".sentences .now").forEach(item => {
      item.classList.remove("now");
      item.removeAttribute("aria-current");
    });
    now.forEach(one => { one.item.classList.add("now"); one.item.setAttribute("aria-current", "true"); });
    shown = now;
    if (following && now[0] && !player.paused) now[0].item.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  }

  function follow() {
    show();
    if (following) texts.forEach(text => reach(text, moment()).then(show));
  }

  function ofAddress() {
    const asked = /^#t=([0-9]+(?:\.[0-9]+)?)$/.exec(location.hash);
    if (!asked) return;
    const second = Number(asked[1]);
    const seek = () => { go(second); show(); };
    if (player?.readyState > 0) seek(); else player?.addEventListener("loadedmetadata", seek, { once: true });
    texts.forEach((text, number) => reach(text, second).then(() => {
      if (number === 0) find(text.items, second)?.item.scrollIntoView({ block: "center" });
      if (player?.readyState > 0) show();
    }));
  }

  addEventListener("hashchange", () => { ofAddress(); player?.play().catch(() => {}); });
  document.addEventListener("click", event => {
    const at = event.target.closest("a.at");
    if (!at || !player || !at.hash || at.pathname !== location.pathname) return;
    event.preventDefault();
    const address = new URL(location);
    address.searchParams.set("at", at.hash.slice(3));
    address.hash = at.hash;
    history.replaceState(null, "", address);
    following = true;
    ofAddress();
    player.play().catch(() => {});
  });

  if (player) {
    player.addEventListener("error", () => {
      const address = new URL(location);
      if (address.searchParams.get("film") === "light" || !new URL(player.src).pathname.endsWith("/film")) return;
      address.searchParams.set("film", "light");
      location.replace(address);
    });
    player.addEventListener("timeupdate", follow);
    player.addEventListener("seeked", () => { following = true; follow(); });
    addEventListener("wheel", () => { following = false; }, { passive: true });
    addEventListener("touchmove", () => { following = false; }, { passive: true });
    player.addEventListener("play", () => { following = true; });
    addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A|VIDEO|AUDIO)$/.test(event.target.tagName) && event.key !== "Escape") return;
      const by = async step => {
        const text = texts[0];
        if (!text) return;
        await reach(text, moment());
        let at = text.items.indexOf(find(text.items, moment())) + step;
        if (at >= text.items.length && text.last < text.parts) await bring(text, text.last + 1);
        if (at < 0 && text.first > 1) {
          const before = text.items.length;
          await bring(text, text.first - 1);
          at += text.items.length - before;
        }
        if (text.items[at]) go(text.items[at].start);
      };
      const keys = {
        " ": () => player.paused ? player.play().catch(() => {}) : player.pause(),
        ArrowLeft: () => go(moment() - 5), ArrowRight: () => go(moment() + 5),
        j: () => by(-1), k: () => by(1),
        "<": () => { player.playbackRate = Math.max(0.5, player.playbackRate - 0.25); },
        ">": () => { player.playbackRate = Math.min(2, player.playbackRate + 0.25); },
        "/": () => document.getElementById("within")?.focus(),
      };
      const done = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (done) { event.preventDefault(); done(); }
    });
  }

  const light = document.querySelector("progress[data-light]");
  if (light) setInterval(async () => {
    const answer = await fetch(light.dataset.light).catch(() => null);
    if (answer?.ok || answer?.status === 404) location.reload();
    else if (answer) light.value = (await answer.json().catch(() => ({}))).share ?? light.value;
  }, 2000);

  const buttons = [...document.querySelectorAll("[data-key]")];
  if (buttons.length) addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    buttons.find(one => one.dataset.key === event.key.toLowerCase())?.click();
  });

  // Links to other parts bring them into the page, and so does whoever scrolls to where one would begin.
  document.addEventListener("click", event => {
    const link = event.target.closest("[data-to]"), text = texts.find(one => one.box.contains(link));
    if (!text || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    following = false;
    const to = Number(link.dataset.to), beside = to === text.last + 1 || to === text.first - 1;
    bring(text, to).then(come => { if (come && !beside) text.box.scrollIntoView({ block: "start" }); });
  });
  let height = scrollY, bringing = false;
  async function scrolled() {
    const up = scrollY < height;
    height = scrollY;
    if (bringing) return;
    bringing = true;
    for (const text of texts) {
      const place = text.list.getBoundingClientRect();
      if (!up && text.last < text.parts && place.bottom < innerHeight + 400) await bring(text, text.last + 1, text.words, true);
      if (up && text.first > 1 && place.top > -400) await bring(text, text.first - 1, text.words, true);
    }
    bringing = false;
  }
  if (texts.length) addEventListener("scroll", scrolled, { passive: true });

  const within = document.querySelector("[data-within]");
  if (within) {
    let waits = 0;
    within.addEventListener("submit", event => event.preventDefault());
    within.addEventListener("input", () => {
      clearTimeout(waits);
      waits = setTimeout(() => {
        const words = within.querySelector("[type=search]").value.trim();
        texts.forEach(text => bring(text, words ? 1 : partWith(text, player ? moment() : 0), words).then(come => come && player && follow()));
      }, 150);
    });
  }
  ofAddress();
})();

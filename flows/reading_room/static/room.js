// Following along: the sentence that is heard is shown, a click on a sentence or #t=SECONDS in the address plays it.
"use strict";
(() => {
  const player = document.querySelector("video[data-film], audio[data-film]");
  const lists = [...document.querySelectorAll(".sentences")];
  const ahead = Number(player?.dataset.ahead ?? 0); // what is added to the player's second to get the original's
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const sentences = lists.map(list => [...list.children].map(item => ({
    item, start: Number(item.dataset.start), end: Number(item.dataset.end),
  })));
  let following = true, shown = [];

  const moment = () => player.currentTime + ahead;
  const go = seconds => { player.currentTime = Math.max(0, seconds - ahead); };

  function find(list, second) {
    let low = 0, high = list.length - 1, found = null;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (list[middle].start <= second + 0.001) { found = list[middle]; low = middle + 1; } else { high = middle - 1; }
    }
    return found;
  }

  function show() {
    const now = sentences.map(list => find(list, moment())).filter(one => one && moment() < one.end + 0.5);
    if (now.length === shown.length && now.every((one, i) => one === shown[i])) return;
    shown.forEach(one => { one.item.classList.remove("now"); one.item.removeAttribute("aria-current"); });
    now.forEach(one => { one.item.classList.add("now"); one.item.setAttribute("aria-current", "true"); });
    shown = now;
    if (following && now[0] && !player.paused) now[0].item.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  }

  function ofAddress() {
    const asked = /^#t=([0-9]+(?:\.[0-9]+)?)$/.exec(location.hash);
    if (!asked) return;
    const second = Number(asked[1]), one = sentences[0] && find(sentences[0], second);
    if (one) one.item.scrollIntoView({ block: "center" });
    if (!player) return;
    const seek = () => { go(second); show(); };
    if (player.readyState > 0) seek(); else player.addEventListener("loadedmetadata", seek, { once: true });
  }

  addEventListener("hashchange", () => { ofAddress(); player?.play().catch(() => {}); });
  document.addEventListener("click", event => {
    const at = event.target.closest("a.at");
    if (!at || !player || !at.hash || at.pathname !== location.pathname) return;
    event.preventDefault();
    history.replaceState(null, "", at.hash);
    ofAddress();
    player.play().catch(() => {});
  });

  if (player) {
    player.addEventListener("error", () => {
      const address = new URL(location);
      if (address.searchParams.get("film") === "light" || !player.src.endsWith("/film")) return;
      address.searchParams.set("film", "light");
      location.replace(address);
    });
    player.addEventListener("timeupdate", show);
    player.addEventListener("seeked", show);
    addEventListener("wheel", () => { following = false; }, { passive: true });
    addEventListener("touchmove", () => { following = false; }, { passive: true });
    player.addEventListener("play", () => { following = true; });
    addEventListener("keydown", event => {
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT|BUTTON|SUMMARY|A|VIDEO|AUDIO)$/.test(event.target.tagName) && event.key !== "Escape") return;
      const by = step => {
        const list = sentences[0] ?? [], now = find(list, moment()), at = list.indexOf(now) + step;
        if (list[at]) go(list[at].start);
      };
      const keys = {
        " ": () => player.paused ? player.play() : player.pause(),
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

  const within = document.querySelector("[data-within]");
  if (within && lists.length) {
    within.hidden = false;
    within.addEventListener("submit", event => event.preventDefault());
    const folded = text => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();
    const texts = sentences.map(list => list.map(one => folded(one.item.textContent)));
    within.addEventListener("input", () => {
      const wanted = folded(within.querySelector("input").value.trim());
      let number = 0;
      sentences.forEach((list, l) => list.forEach((one, i) => {
        const is = texts[l][i].includes(wanted);
        one.item.classList.toggle("hidden", !is);
        number += is;
      }));
      within.querySelector("output").textContent = wanted ? String(number) : "";
    });
  }
  ofAddress();
})();

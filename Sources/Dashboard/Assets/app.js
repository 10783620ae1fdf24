"use strict";
// The dashboard's script. Pages are whole without it; with it they keep themselves up to date and heed keys.
(() => {
  const { body } = document;
  const words = {};
  for (const name of document.querySelectorAll("#words dt")) words[name.textContent] = name.nextElementSibling.textContent;
  const say = (name, values = {}) => (words[name] || "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? "");

  // The reader's zone goes along with what is asked for, so that the next page is written in it.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `leadline-zone=${encodeURIComponent(zone)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }

  // Moments that are counted down to.
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const duration = (seconds) => {
    const parts = [];
    for (const [name, size] of units) {
      if (seconds >= size && parts.length < 2) parts.push(`${Math.floor(seconds / size)} ${name}`);
      seconds %= size;
    }
    return parts.join(" ") || "0 s";
  };
  const count = () => {
    for (const place of document.querySelectorAll("[data-due]")) {
      const left = Math.floor((Date.parse(place.dataset.due) - Date.now()) / 1000);
      place.textContent = say(left < 0 ? "due.over" : "due.in", { time: duration(Math.abs(left)) });
      place.className = left < 0 ? "late" : left < 300 ? "soon" : "calm";
    }
  };
  setInterval(count, 1000);

  // Parts of the page are taken from the server again and put in place of those that are there.
  let isLooking = false, isDue = false;
  const isHeld = (part) => part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
  // A page that nobody touches asks for nothing, so that a session that nobody uses ends.
  const patience = 25 * 60 * 1000;
  let touched = Date.now();
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll", "focus"]) {
    addEventListener(kind, () => { touched = Date.now(); }, { passive: true, capture: true });
  }
  const look = async (skipsFlow) => {
    if (Date.now() - touched > patience) return;
    if (isLooking) { isDue = true; return; }
    isLooking = true;
    try {
      const reply = await fetch(location.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (reply.redirected || reply.status === 401) return ended();
      if (!reply.ok) return;
      const page = new DOMParser().parseFromString(await reply.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        if ((skipsFlow && part.id === "flow" && part.querySelector("#flow-rows li")) || isHeld(part)) continue;
        const next = page.getElementById(part.id);
        if (!next || next.innerHTML === part.innerHTML) continue;
        const opened = [...part.querySelectorAll("details[open][id]")].map((one) => one.id);
        const focused = part.contains(document.activeElement) && document.activeElement.getAttribute("href");
        part.replaceChildren(...next.childNodes);
        for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
        if (focused) part.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
      }
      if (page.body.dataset.refresh) again(Number(page.body.dataset.refresh)); else delete body.dataset.refresh;
      count();
    } catch { /* Without a network nothing is newer. */ } finally {
      isLooking = false;
      if (isDue) { isDue = false; soon(); }
    }
  };
  let timer = 0;
  const soon = () => { timer ||= setTimeout(() => { timer = 0; look(true); }, 800); };
  const again = (seconds) => setTimeout(() => look(false), seconds * 1000);
  if (body.dataset.refresh) again(Number(body.dataset.refresh));

  // The live flow: it waits while somebody reads it or looks elsewhere, and says how many wait.
  const rowsMax = 60, waitingMax = 500;
  const waiting = [];
  let isHovered = false, isStopped = false;
  const isPaused = () => isStopped || isHovered || document.hidden || !document.hasFocus();
  const button = () => document.getElementById("flow-state");
  const tell = () => {
    const place = button();
    if (!place) return;
    place.hidden = waiting.length === 0 && !isStopped;
    place.textContent = waiting.length ? say("flow.waiting", { count: waiting.length }) : say("flow.paused");
  };
  const put = (row) => {
    const list = document.getElementById("flow-rows");
    if (!list) return;
    const frame = document.createElement("template");
    frame.innerHTML = row;
    const line = frame.content.firstElementChild;
    if (!line || list.querySelector(`[data-row="${CSS.escape(line.dataset.row)}"]`)) return;
    line.classList.add("fill");
    list.prepend(line);
    list.parentElement.querySelector(".empty")?.remove();
    while (list.children.length > rowsMax) list.lastElementChild.remove();
  };
  const flush = () => { if (!isPaused()) { waiting.splice(0).forEach(put); } tell(); };
  const take = (row) => {
    if (!document.getElementById("flow-rows")) return;
    waiting.push(row);
    if (waiting.length > waitingMax) waiting.shift();
    flush();
  };
  document.addEventListener("mouseover", (event) => { isHovered = !!event.target.closest?.("#flow-rows"); if (!isHovered) flush(); });
  document.documentElement.addEventListener("mouseleave", () => { isHovered = false; flush(); });
  window.addEventListener("focus", flush);
  window.addEventListener("blur", flush);
  document.addEventListener("visibilitychange", flush);
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("#flow-state")) return;
    isStopped = false;
    waiting.splice(0).forEach(put);
    tell();
  });

  // One stream for all tabs: whoever holds the lock reads it and tells the others.
  const state = (is) => {
    const place = document.getElementById("state");
    if (place && place.dataset.is !== is) { place.dataset.is = is; place.textContent = say(`live.${is}`); }
  };
  const ended = () => { state("ended"); };
  let cursor = body.dataset.cursor || "";
  const heed = (news) => {
    cursor = news.id;
    take(news.row);
    if (!body.dataset.lead || body.dataset.lead === news.lead) soon();
  };
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("leadline") : null;
  const broadcast = (message) => channel?.postMessage(message);
  let isReader = false;
  const follow = (over) => {
    const after = cursor ? `?after=${encodeURIComponent(cursor)}` : "";
    const source = new EventSource(body.dataset.stream + after);
    source.onopen = () => { state("on"); broadcast({ is: "on", cursor }); };
    source.addEventListener("decision", (event) => {
      const news = { id: event.lastEventId, ...JSON.parse(event.data) };
      heed(news);
      broadcast({ news });
    });
    source.onerror = () => {
      const is = source.readyState === EventSource.CLOSED ? "ended" : "lost";
      state(is);
      broadcast({ is });
      if (is === "ended") over();
    };
    addEventListener("pagehide", () => source.close(), { once: true });
  };
  if (body.dataset.stream) {
    channel?.addEventListener("message", ({ data }) => {
      if (data.news) heed(data.news);
      if (data.is) state(data.is);
      if (data.cursor && data.cursor !== cursor) { cursor = data.cursor; look(false); }
      if (data.asks && isReader) broadcast({ is: document.getElementById("state")?.dataset.is, cursor });
    });
    if (channel && navigator.locks) {
      broadcast({ asks: true });
      navigator.locks.request("leadline-stream", () => new Promise((over) => { isReader = true; follow(over); }));
    } else { follow(() => {}); }
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  }

  // Keys.
  const rows = () => [...document.querySelectorAll("main a.row, main .grid tbody tr[data-row] th a")];
  const move = (step) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))]?.focus();
  };
  let isGoing = false;
  const actions = {
    j: () => move(1), k: () => move(-1),
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.getElementById("help")?.showModal(),
    p: () => { if (document.getElementById("flow-rows")) { isStopped = !isStopped; flush(); } },
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
      if (event.target.matches?.("input, textarea, select")) event.target.blur();
      return;
    }
    if (!("shortcuts" in body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches?.("input, textarea, select") || document.querySelector("dialog[open]")) return;
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`nav [data-key="${CSS.escape(event.key)}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (event.key === "g") { isGoing = true; setTimeout(() => { isGoing = false; }, 1500); return; }
    const action = actions[event.key];
    if (action) { event.preventDefault(); action(); }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  // A form is sent once.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });
})();

import { createRoot } from "react-dom/client";
import { App } from "./App";
import { listen } from "./data/live";
import type { Facts } from "./data/types";
import "./style/page.css";
import "./style/slack.css";
import "./style/blocks.css";
import "./style/panel.css";

async function start() {
  const facts: Facts = await (await fetch("/facts")).json();
  const root = document.getElementById("page");
  if (!root) throw new Error("index.html has no #page");
  createRoot(root).render(<App facts={facts} />);
  listen();
}

void start();

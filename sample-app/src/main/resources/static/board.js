'use strict';

const POLL_MS = 400;
const STATES = ['SHIPPED', 'PAID', 'PLACED', 'DEAD'];
const $ = (id) => document.getElementById(id);
const money = new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' });
const count = new Intl.NumberFormat('en');
const cells = new Map();
let toastTimer;
let shownLetters = '[]';

function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

const shortId = (id) => (id.startsWith('demo-') ? id : id.slice(0, 8));

function showTotals(board) {
  const totals = { ...board.totals, underWay: board.underWay };
  for (const name of ['sent', 'consumed', 'underWay', 'retried', 'dead', 'lost']) {
    $(name).textContent = count.format(totals[name]);
  }
  $('lostTile').className = 'tile ' + (totals.lost === 0 ? 'good' : 'bad');
  $('failureRate').textContent = Math.round(board.failureRate * 100) + ' %';
  $('maxAttempts').textContent = board.maxAttempts;
}

function showStates(orders) {
  const byState = Object.fromEntries(STATES.map((state) => [state, 0]));
  for (const order of orders) byState[order.state]++;
  STATES.forEach((state, i) => {
    $('n-' + state).textContent = count.format(byState[state]);
    $('bar').children[i].style.width = orders.length ? (100 * byState[state]) / orders.length + '%' : '0';
  });
}

function describe(order) {
  const attempts = order.attempts === 1 ? '1 attempt to charge' : order.attempts + ' attempts to charge';
  const safe = order.acknowledged ? '' : '\nnot yet acknowledged by the broker';
  return `${order.id}: ${order.item}, ${money.format(order.amountCents / 100)}\n${order.state.toLowerCase()}, ${attempts}${safe}`;
}

/** Keeps one cell an order, the oldest first, and touches only those that changed. */
function showGrid(orders) {
  const grid = $('grid');
  const shown = new Set();
  for (const order of [...orders].reverse()) {
    shown.add(order.id);
    const look = [order.state, order.attempts, order.acknowledged].join();
    let cell = cells.get(order.id);
    if (!cell) {
      cell = { node: element('div'), look: '' };
      cells.set(order.id, cell);
      grid.append(cell.node);
    }
    if (cell.look !== look) {
      cell.look = look;
      cell.node.className = `cell fresh ${order.state}${order.acknowledged ? '' : ' unsafe'}`;
      cell.node.textContent = order.attempts > 1 ? order.attempts : '';
      cell.node.title = describe(order);
    }
  }
  for (const [id, cell] of cells) {
    if (!shown.has(id)) {
      cell.node.remove();
      cells.delete(id);
    }
  }
}

function attemptDots(order, maxAttempts) {
  const dots = element('span', 'dots');
  const charged = order.state === 'PAID' || order.state === 'SHIPPED';
  for (let i = 1; i <= Math.max(maxAttempts, order.attempts); i++) {
    const made = i <= order.attempts;
    dots.append(element('i', !made ? '' : charged && i === order.attempts ? 'yes' : 'no'));
  }
  dots.title = describe(order);
  return dots;
}

/** The last step of the parcel, and a star once the customer was asked for a review. */
function parcel(order) {
  const cell = element('td', 'quiet', order.parcel ?? '');
  if (order.reviewAsked) {
    const star = element('span', 'star', '★');
    star.title = 'asked for a review';
    star.setAttribute('aria-label', 'asked for a review');
    cell.append(' ', star);
  }
  return cell;
}

function showNews(board) {
  const latest = [...board.orders].sort((a, b) => (a.changedAt < b.changedAt ? 1 : -1)).slice(0, 12);
  $('news').replaceChildren(...latest.map((order) => {
    const row = element('tr');
    const dots = element('td');
    dots.append(attemptDots(order, board.maxAttempts));
    const state = element('td');
    state.append(element('span', 'chip ' + order.state, order.state.toLowerCase()));
    row.append(element('td', 'id', shortId(order.id)), element('td', '', order.item),
      element('td', 'num', money.format(order.amountCents / 100)), dots, state, parcel(order));
    return row;
  }));
}

function showLetters(orders) {
  const dead = orders.filter((order) => order.state === 'DEAD');
  $('noLetters').hidden = dead.length > 0;
  $('redriveAll').hidden = dead.length < 2;
  // The list is made anew only when it has changed: a button that is about to be clicked must stay where it is.
  const look = JSON.stringify(dead);
  if (look === shownLetters) return;
  shownLetters = look;
  $('letters').replaceChildren(...dead.map((order) => {
    const item = element('li');
    const text = element('div');
    text.append(element('b', 'id', shortId(order.id)), ` ${order.item}, ${money.format(order.amountCents / 100)}`,
      element('span', '', `${order.attempts} attempts. ${order.refusal ?? ''}`));
    const again = element('button', 'small plain', 'Send again');
    again.type = 'button';
    again.dataset.order = order.id;
    again.setAttribute('aria-label', `Send order ${shortId(order.id)} again`);
    item.append(text, again);
    return item;
  }));
}

function showRun(board) {
  const key = 'A number counts the attempts to charge; a dashed square is not yet safe in the broker.';
  $('run').textContent = board.run
    ? `Demonstration run ${board.run.number}: ${board.run.orders} orders${board.summary ? ', all at their end' : ', under way'}. ${key}`
    : key;
  $('summary').hidden = !board.summary;
  $('summary').textContent = board.summary ?? '';
}

function show(board) {
  showTotals(board);
  showStates(board.orders);
  showGrid(board.orders);
  showNews(board);
  showLetters(board.orders);
  showRun(board);
}

function live(on) {
  $('live').className = 'live ' + (on ? 'on' : 'off');
  $('live').textContent = on ? 'live' : 'the service does not answer';
}

async function poll() {
  try {
    // The browser keeps the last answer and its version, and the service says 304 while nothing has changed.
    const response = await fetch('board', { cache: 'no-cache' });
    if (!response.ok) throw new Error('status ' + response.status);
    show(await response.json());
    live(true);
  } catch (problem) {
    console.warn('Cannot read the board:', problem);
    live(false);
  }
  setTimeout(poll, POLL_MS);
}

function toast(text, bad) {
  clearTimeout(toastTimer);
  $('toast').textContent = text;
  $('toast').className = bad ? 'toast bad' : 'toast';
  $('toast').hidden = false;
  toastTimer = setTimeout(() => { $('toast').hidden = true; }, bad ? 8000 : 4000);
}

async function placeOrder() {
  const button = $('place');
  button.disabled = true;
  try {
    const response = await fetch('orders', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ item: 'Order from the page', amountCents: 990 + Math.floor(Math.random() * 9000) }),
    });
    const answer = await response.json();
    if (response.ok) toast(`Order ${shortId(answer.id)} is safe, after ${answer.sendAttempts} send${answer.sendAttempts === 1 ? '' : 's'}.`);
    else toast(answer.detail ?? 'status ' + response.status, true);
  } catch (problem) {
    toast('The service does not answer: ' + problem.message, true);
  } finally {
    button.disabled = false;
  }
}

/** Sends dead letters to where they were sent first; the orders then get a new round of attempts. */
async function redrive(path, button) {
  button.disabled = true;
  try {
    const response = await fetch(path, { method: 'POST' });
    const answer = await response.json();
    if (response.ok) toast(answer.orders === 1 ? 'The order is on its way again.' : `${answer.orders} orders are on their way again.`);
    else toast(answer.detail ?? 'status ' + response.status, true);
  } catch (problem) {
    toast('The service does not answer: ' + problem.message, true);
  } finally {
    button.disabled = false;
  }
}

$('place').addEventListener('click', placeOrder);
$('redriveAll').addEventListener('click', (event) => redrive('dead-letters/redrive', event.currentTarget));
$('letters').addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button) redrive(`dead-letters/${encodeURIComponent(button.dataset.order)}/redrive`, button);
});
poll();

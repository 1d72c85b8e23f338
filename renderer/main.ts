import { mount } from 'svelte';
import App from './app/App.svelte';
import { AppState } from './state/app.svelte.ts';
import { BridgeDoor } from './state/doors/bridge.ts';
import { SocketDoor } from './state/doors/socket.ts';
import './style/tokens.css';
import './style/base.css';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no #app');

const door = window.qdaLab === undefined ? new SocketDoor(window.location) : new BridgeDoor(window.qdaLab);
const app = new AppState(door);
app.ui.setTheme(app.ui.theme);
mount(App, { target, props: { app } });
app.host.connect();

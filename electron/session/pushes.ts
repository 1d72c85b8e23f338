import type { Problem } from '../model/outcome.ts';
import type { AgentBody } from '../wire/messages.ts';
import type { Emitter } from './emitter.ts';
import type { SessionEvents } from './events.ts';
import { ofRefusal, unasked } from './problems.ts';
import type { Runs } from './runs.ts';

/** Where messages go that answer no request. */
export const pushTaker =
  (runs: Runs, events: Emitter<SessionEvents>) =>
  (body: AgentBody): Problem | null => {
    switch (body.kind) {
      case 'point-started':
        return runs.take({ kind: 'started', ...body.started });
      case 'samples':
        return runs.take({ kind: 'samples', ...body.block });
      case 'point-done':
        return runs.take({ kind: 'done', ...body.done });
      case 'plan-done':
        return runs.take({ kind: 'plan-done', ...body.done });
      case 'memory-events':
        events.emit('memory', { events: body.events, lost: body.lost });
        return null;
      case 'heartbeat':
        events.emit('heartbeat', body.heartbeat);
        return null;
      case 'log':
        events.emit('log', body.line);
        return null;
      case 'failure':
        events.emit('notice', ofRefusal(body.refusal));
        return null;
      case 'welcome':
      case 'identity':
      case 'checks':
      case 'environment':
      case 'memory':
      case 'done':
        return unasked(body.kind);
    }
  };

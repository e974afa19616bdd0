import { expect, it } from 'vitest';
import { eventsUntil, fixtureEvents } from '../../../folds/journals.test-support.ts';
import { partedAtOf } from './protection-service.ts';

it('a backup shows the instant at which the part was answered', () => {
  const events = fixtureEvents('raw-dd');
  const part = events.find((event) => event.type === 'intent' && event.line.startsWith('sdxproxy Part '));
  const answer = events.find((event) => event.type === 'outcome' && event.of === part?.seq);
  expect(partedAtOf(events)).toBe(answer?.at);
  expect(Date.parse(partedAtOf(events) ?? '')).toBeGreaterThan(Date.parse(events[0]?.at ?? ''));
  expect(partedAtOf(eventsUntil(events, 'run-started'))).toBeUndefined();
});

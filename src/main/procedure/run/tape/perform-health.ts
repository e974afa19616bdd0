/** Queries the health of the drive before the run changes anything, and when it no longer needs the tape. */
import { alertText, type DriveHealth } from '../../../../contract/tape/drive-health.ts';
import { failure, isFailure } from '../../../../contract/errors.ts';
import { inEnglish, phrase } from '../../../../contract/text/say.ts';
import { lookAtHealth } from '../../drive/look-at-health.ts';
import type { RunContext } from '../../hosts/run-context.ts';
import type { Step } from '../../model/step.ts';
import type { Performer } from '../perform-commands.ts';
import { endsRun } from './after-backup.ts';

const inUse: DriveHealth = {
  unavailable: [{ what: phrase('drive health'), reason: phrase('a dump may still use the drive') }],
};

async function look(context: RunContext, step: Step): Promise<DriveHealth> {
  const { assignment, runner, marks } = context;
  const mayMove = marks.works.some(({ purpose, isOver }) => purpose !== 'hash' && !isOver);
  return mayMove ? inUse : lookAtHealth(runner, step.id, assignment);
}

function record(
  { assignment, journal }: RunContext,
  step: Step,
  when: 'before' | 'after',
  health: DriveHealth,
) {
  const { tapeHost: host, tapeDevice: device } = assignment;
  const { alerts, unavailable, ...facts } = health;
  journal.append({
    type: 'drive-health',
    step: step.id,
    when,
    host,
    device,
    ...facts,
    ...(alerts === undefined ? {} : { alerts: alerts.map((alert) => ({ ...alert })) }),
    unavailable: unavailable.map(({ what, reason }) => ({ what, reason })),
  });
  for (const alert of alerts ?? [])
    if (alert.severity !== 'information')
      journal.append({
        type: 'warning',
        step: step.id,
        text: phrase('the drive reports {inEnglish}: {remedy}', {
          inEnglish: inEnglish(() => alertText(alert)),
          remedy: alert.remedy,
        }),
      });
}

/** @throws DRIVE_ALERT for a critical flag, unless the site file says that it is a warning */
export const performHealthBefore: Performer = async (context, step) => {
  const { assignment } = context;
  const health = await look(context, step);
  record(context, step, 'before', health);
  const critical = (health.alerts ?? []).filter(({ severity }) => severity === 'critical');
  const [first] = critical;
  if (!first || assignment.onCriticalAlert === 'warn') return;
  const { tapeHost: host, tapeDevice: device } = assignment;
  throw failure('DRIVE_ALERT', {
    device,
    host,
    alerts: inEnglish(() => critical.map(alertText)).join(', '),
    remedy: first.remedy,
  });
};

/** The backup is done, whether or not the drive reports its health. */
export const performHealthAfter: Performer = async (context, step) => {
  try {
    record(context, step, 'after', await look(context, step));
  } catch (error) {
    if (!isFailure(error) || endsRun(error)) throw error;
    const text = phrase('the health of the drive after the run is not known: {reason}', {
      reason: error.message,
    });
    context.journal.append({ type: 'warning', step: step.id, text });
  }
};

/** Says in plain words why a connection could not be made. */
import { failure } from '../../../contract/errors.ts';
import type { ShadowtapeError } from '../../../contract/errors.ts';
import { phrase } from '../../../contract/text/say.ts';
import type { HostProfile } from '../host-profile.ts';
import type { Login } from './login.ts';

/** What ssh2 puts on its errors: where they come from, and the code of the socket or the number of the disconnect message. */
export interface Ssh2Error extends Error {
  level?: string;
  code?: string | number;
}

const socketReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: phrase('the connection was refused'),
  ETIMEDOUT: phrase('no answer'),
  EHOSTUNREACH: phrase('there is no route to the host'),
  ENETUNREACH: phrase('there is no route to the network'),
  ECONNRESET: phrase('the connection was reset'),
  EPIPE: phrase('the connection was closed'),
};

/** The word for a socket error; its own text where the code says nothing. */
export function socketReason(error: Ssh2Error): string {
  return (
    socketReasons[String(error.code)] ?? (error.message || String(error.code ?? phrase('unknown error')))
  );
}

function kindOf(message: string): string {
  if (/key exchange/.test(message)) return phrase('key exchange');
  if (/host key/.test(message)) return phrase('host key type');
  if (/cipher/.test(message)) return 'cipher';
  if (/MAC/.test(message)) return 'MAC';
  return 'algorithm';
}

/** HOST_UNREACHABLE with a reason. */
export function unreachable(profile: HostProfile, reason: string, cause?: unknown): ShadowtapeError {
  const { name: host, address, port } = profile;
  return failure('HOST_UNREACHABLE', { host, address, port, reason }, { host }, cause);
}

/** The login failed: the reason that a key or the agent could not be used at all comes before "refused". */
export function loginRefused(profile: HostProfile, login: Login, reason: string): ShadowtapeError {
  const { name: host, user } = profile;
  const [problem] = login.problems;
  if (problem && login.nothingWasTried) return problem;
  const reasons = [reason, ...login.problems.map((each) => each.message)].join('; ');
  return failure('LOGIN_REFUSED', { host, user, reason: reasons, methods: login.tried }, { host });
}

/** HOST_UNREACHABLE for a host that hung up before it identified itself. @param said what it said instead; '' where it said nothing */
export function hungUp(profile: HostProfile, said: string, reason: string, cause?: unknown): ShadowtapeError {
  if (said === '') return unreachable(profile, reason, cause);
  const { name: host, address, port } = profile;
  const values = { host, address, port, reason: phrase('it disconnects with "{said}"', { said }) };
  return failure('HOST_UNREACHABLE', values, { host, actual: said }, cause);
}

/** Why a connection ends of which the other side says nothing. */
export const closedReason = phrase('it closed the connection');

/**
 * A host that closes the connection without a word has refused the login, as one without an account for it does; or it goes down or comes
 * up just now. It is the second where it was shown nothing to refuse, or has let the same login in before.
 * @returns HOST_UNREACHABLE, which may pass, or LOGIN_REFUSED
 */
export function hungUpDuringLogin(profile: HostProfile, login: Login, wasLetIn: boolean): ShadowtapeError {
  if (wasLetIn || (login.nothingWasTried && login.problems.length === 0))
    return unreachable(profile, phrase('{closedReason} during the login', { closedReason }));
  return loginRefused(profile, login, closedReason);
}

/** True for a host that has too many logins in progress, and takes one as soon as another is done (MaxStartups in sshd_config(5)). */
export const isBusy = ({ evidence }: ShadowtapeError): boolean => /MaxStartups/.test(evidence.actual ?? '');

/**
 * The error of the table for what ssh2 reported before the connection was ready.
 * @param loggingIn true once the host key was accepted
 * @param said what the host said instead of identifying itself; '' where it said nothing
 */
export function connectFailure(
  profile: HostProfile,
  login: Login,
  error: Ssh2Error,
  loggingIn: boolean,
  said = '',
): ShadowtapeError {
  const { name: host, address } = profile;
  if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') {
    return failure('HOST_NAME_UNKNOWN', { host, address }, { host }, error);
  }
  if (/no matching/.test(error.message)) {
    return failure(
      'ALGORITHMS_DISJOINT',
      { host, kind: kindOf(error.message) },
      { host, actual: error.message },
      error,
    );
  }
  if (error.level === 'client-authentication')
    return loginRefused(profile, login, phrase('every method was refused'));
  // A number is the reason of a disconnect message (RFC 4253, 11.1), such as "Too many authentication failures".
  if (loggingIn && typeof error.code === 'number') return loginRefused(profile, login, error.message);
  return hungUp(profile, said, socketReason(error), error);
}

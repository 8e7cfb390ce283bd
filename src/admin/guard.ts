// Who may ask what: Host names against DNS rebinding, JSON bodies against forms, the token for actions.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { Context, MiddlewareHandler } from 'hono';

/** Probes and scrapers come by names of their own and read nothing that a page of another site could misuse. */
const openPaths: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Refuses requests whose Host is neither an address, localhost nor the configured host: a browser lured here by DNS. */
export function hostGuard(configuredHost: string): MiddlewareHandler {
  return async (context, next) => {
    const name = hostName(context.req.header('host') ?? '');
    const known = isIP(name) !== 0 || name === 'localhost' || name === configuredHost;
    if (known || openPaths.has(context.req.path)) return next();
    return context.json(
      { error: `Host '${name}' is not served here; use the address, or the name in admin.host` },
      421,
    );
  };
}

function hostName(header: string): string {
  const bracket = /^\[([^\]]*)\]/.exec(header);
  return bracket?.[1] ?? header.replace(/:\d+$/, '').toLowerCase();
}

/** The body must be declared JSON, so that no form of another site can send it. */
export function jsonOnly(): MiddlewareHandler {
  return async (context, next) => {
    const type = context.req.header('content-type') ?? '';
    if (type.split(';')[0]?.trim().toLowerCase() === 'application/json') return next();
    return context.json({ error: 'Content-Type must be application/json' }, 415);
  };
}

/** Constant time: hashes of equal length are compared. */
export function tokenGuard(token: string | null): MiddlewareHandler {
  return async (context, next) => {
    if (token === null) return refuseWithoutToken(context);
    const [scheme = '', sent = ''] = (context.req.header('authorization') ?? '').split(' ', 2);
    if (scheme.toLowerCase() === 'bearer' && timingSafeEqual(digest(sent), digest(token))) return next();
    context.header('WWW-Authenticate', 'Bearer');
    return context.json({ error: 'wrong or missing token; send Authorization: Bearer <token>' }, 401);
  };
}

function refuseWithoutToken(context: Context): Response {
  return context.json(
    {
      error:
        'no token is configured: set admin.tokenEnv to the name of an environment variable that holds one',
    },
    403,
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/*
 * ship_advice: what an operator can do about an error of PostgreSQL. Part of ship; the manual's table of faults
 * (docs/manual/monitor.md) says the same.
 */
#ifndef GOVSLA_MONITOR_SHIP_ADVICE_H
#define GOVSLA_MONITOR_SHIP_ADVICE_H

/*
 * sqlstate: five characters (PostgreSQL documentation, appendix A), or "" where the server did not answer: then the text,
 * which is libpq's or OpenSSL's own, tells more. Returns one line, static storage, or NULL when there is nothing to do
 * but wait.
 */
const char *ship_advice(const char *sqlstate, const char *text);

#endif

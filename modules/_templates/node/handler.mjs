/** Greets. */

import { z } from "zod";

const Event = z.object({ name: z.string() });

/** Takes `{"name": <whom to greet>}`, answers `{"greeting": <text>}`. */
export async function handle(event) {
  const { success, data } = Event.safeParse(event);
  if (!success) throw new TypeError('the event needs "name": whom to greet');
  return { greeting: `Hello, ${data.name}!` };
}

/** Version of what turns instruction lists into bytes: part of every measurement's key, and told in every program. */
export const toolchain = { emitter: "x86@1" } as const;

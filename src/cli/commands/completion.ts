import { Argument } from "commander";
import type { CliCommand } from "../command.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** `infer-opt completion SHELL`: a script that completes commands, options and their words. */
export const completion: CliCommand = {
  name: "completion",
  examples: [
    {
      line: "completion bash >> ~/.bash_completion",
      purpose: "bash, for good; `source <(infer-opt completion bash)` for this shell",
    },
    { line: "completion zsh > ~/.zfunc/_infer-opt", purpose: "zsh, with ~/.zfunc in fpath before compinit" },
    { line: "completion fish > ~/.config/fish/completions/infer-opt.fish", purpose: "fish" },
  ],
  register: (program, io) => {
    program
      .command("completion")
      .description("print a completion script for bash, zsh or fish")
      .addArgument(new Argument("<shell>", "the shell it is for").choices(shells))
      .action(async (shell: (typeof shells)[number]) => {
        const { completionModel } = await import("../completion/model.ts");
        const model = completionModel(program);
        if (shell === "bash") io.stdout((await import("../completion/bash.ts")).bashCompletion(model));
        else if (shell === "zsh") io.stdout((await import("../completion/zsh.ts")).zshCompletion(model));
        else io.stdout((await import("../completion/fish.ts")).fishCompletion(model));
      });
  },
};

import type { MachineFigures, Template, Workload } from "../../../src/schedule/index.ts";

/** What templates are offered for a workload. */
export type Offer = (workload: Workload) => readonly Template[];

/** The same templates, which predict by the figures that a machine has by the time they are asked. */
export function calibratedTemplates(offer: Offer, figures: () => MachineFigures | undefined): Offer {
  const calibrated = new Map<Template, Template>();
  const calibrate = (template: Template): Template => {
    const known = calibrated.get(template);
    if (known !== undefined) return known;
    const made: Template = {
      ...template,
      cost: (workload, point, device) => template.cost(workload, point, device, figures()),
    };
    calibrated.set(template, made);
    return made;
  };
  return (workload) => offer(workload).map(calibrate);
}

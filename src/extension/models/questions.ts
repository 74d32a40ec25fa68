/** What only people can know of a network: asked with the likely answers first, so that Enter takes the guesses. */
import * as vscode from 'vscode';
import { SUBTYPES } from '../../core/annotation/subtype';
import {
  type ChannelView,
  type Normalization,
  normalized,
  readViews,
  usualViews,
  type WindowChoice,
} from '../../core/model/channels';
import { ALPHABETICAL, knownLabels, labelCount, readLabels, usualLabels } from '../../core/model/labels';
import type { Activation } from '../../core/model/manifest-outputs';
import { type Answers, type Meaning, type Proposal, taskOf } from '../../core/model/propose-manifest';
import { taskText } from './describe';
import { type Asker, askSteps, type Choice } from './steps';

/** Where the model will lie. */
export interface Destination {
  /** Folder of models. */
  readonly folder: string;
  readonly workspace: boolean;
  readonly label: string;
  readonly detail: string;
}

export interface Confirmed extends Answers {
  readonly into: Destination;
}

/** A value that is none of those offered. */
const OTHER = Symbol('other');

/**
 * Asks for what a proposal leaves open. Throws LeftSteps when the user leaves.
 * @param title Name of the model for people.
 * @param taken Names of other models, by which they are chosen.
 * @param nameFor A name that is free in a folder of models.
 */
export async function confirmProposal(
  proposal: Proposal,
  destinations: readonly Destination[],
  title: string,
  taken: ReadonlySet<string>,
  nameFor: (into: Destination) => Promise<string>,
): Promise<Confirmed> {
  const { input, meanings } = proposal;
  const [likeliest] = meanings;
  const [firstPlace] = destinations;
  if (!likeliest || !firstPlace) throw new Error('there is nothing to propose, or no place for it');
  const answers = {
    meaning: likeliest,
    labels: usualLabels(likeliest)[0] ?? [],
    bloodSubtype: 'IPH' as Answers['bloodSubtype'],
    views: [] as readonly ChannelView[],
    channels: [] as Answers['channels'],
    size: input.size,
    spacing: [1, 1, 1] as readonly number[],
    license: { name: 'MIT', use: 'any' } as Answers['license'],
    into: firstPlace,
    name: '',
    title,
  };
  const steps: Record<string, (ask: Asker) => Promise<void>> = {
    meaning: async (ask) => {
      const before = answers.meaning;
      answers.meaning = await ask.choose(vscode.l10n.t('What does the network answer with?'), meaningChoices(meanings));
      if (answers.meaning !== before) answers.labels = usualLabels(answers.meaning)[0] ?? [];
    },
    labels: async (ask) => {
      answers.labels = await askLabels(ask, answers.meaning, answers.labels);
    },
    bloodSubtype: async (ask) => {
      const choices = SUBTYPES.map((value) => ({ label: value, value }));
      const question = vscode.l10n.t('The network does not tell subtypes apart. Which one is its blood taken for?');
      answers.bloodSubtype = await ask.choose(question, choices, SUBTYPES.indexOf(answers.bloodSubtype));
    },
    size: async (ask) => {
      answers.size = await askSize(ask, proposal, answers.size);
    },
    spacing: async (ask) => {
      const question = vscode.l10n.t('mm between the voxels that the network sees, along depth, height and width');
      answers.spacing = numbersOf(await ask.write(question, answers.spacing.join(' x '), threeSpacings));
    },
    window: async (ask) => {
      answers.views = await askViews(ask, input.channels, input.layout);
    },
    normalization: async (ask) => {
      const choices: Choice<Normalization>[] = [
        { label: vscode.l10n.t('0 to 1, as windowed'), value: 'unit' },
        {
          label: vscode.l10n.t("ImageNet's mean and deviation"),
          description: vscode.l10n.t('most networks with pretrained encoders'),
          value: 'imagenet',
        },
        { label: vscode.l10n.t('-1 to 1'), value: 'symmetric' },
      ];
      const likely = input.channels === 3 ? 1 : 0;
      const chosen = await ask.choose(vscode.l10n.t('How are windowed values scaled?'), choices, likely);
      answers.channels = normalized(answers.views, chosen);
    },
    license: async (ask) => {
      answers.license = await askLicense(ask);
    },
    into: async (ask) => {
      const choices = destinations.map((value) => ({ label: value.label, detail: value.detail, value }));
      answers.into = await ask.choose(vscode.l10n.t('Where is the model to be kept?'), choices);
    },
    name: async (ask) => {
      const free = await nameFor(answers.into);
      const question = vscode.l10n.t('Name of the model: letters, digits, dots and dashes');
      const problem = (text: string): string | undefined => {
        if (taken.has(text)) return vscode.l10n.t('Another model has this name.');
        return /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text)
          ? undefined
          : vscode.l10n.t('Letters, digits, dots and dashes, with a letter or digit first.');
      };
      answers.name = await ask.write(question, answers.name || free, problem);
    },
  };
  const asked = (): string[] => {
    const { meaning, labels } = answers;
    const typed = labels.some((label) => SUBTYPES.some((subtype) => subtype === label));
    return [
      'meaning',
      ...(labelCount(meaning) > 0 ? ['labels'] : []),
      ...(taskOf(meaning) === 'segmentation' && meaning.kind !== 'typed' && !typed ? ['bloodSubtype'] : []),
      ...(input.open.some((open) => open) ? ['size'] : []),
      ...(input.layout === 'NCDHW' ? ['spacing'] : []),
      'window',
      'normalization',
      'license',
      ...(destinations.length > 1 ? ['into'] : []),
      'name',
    ];
  };
  await askSteps(vscode.l10n.t('Add Model'), () => asked().flatMap((name) => steps[name] ?? []));
  return answers;
}

/** Each meaning with the likely activation, then the same with the others. */
function meaningChoices(meanings: readonly Meaning[]): Choice<Meaning>[] {
  const likely = meanings.map((value) => ({ ...meaningText(value), value }));
  const others = meanings.flatMap((meaning) => {
    const possible: readonly Activation[] =
      meaning.output.planes === 1 || meaning.kind === 'typed' ? ['none', 'sigmoid'] : ['none', 'sigmoid', 'softmax'];
    return possible
      .filter((activation) => activation !== meaning.output.activation)
      .map((activation) => ({ ...meaning, output: { ...meaning.output, activation } }))
      .map((value) => ({ ...meaningText(value), value }));
  });
  return [...likely, ...others];
}

function meaningText(meaning: Meaning): { label: string; description: string } {
  const { name, planes, activation } = meaning.output;
  const labels: Readonly<Record<Meaning['kind'], string>> = {
    blood: vscode.l10n.t('A mask of blood'),
    classes: vscode.l10n.t('A mask of {0} classes', planes),
    typed: vscode.l10n.t('A mask of blood, and its subtypes'),
    slice: planes === 1 ? vscode.l10n.t('Whether a slice has blood') : vscode.l10n.t('{0} labels of a slice', planes),
  };
  const values: Readonly<Record<Activation, string>> = {
    none: vscode.l10n.t('output "{0}", probabilities', name),
    sigmoid: vscode.l10n.t('output "{0}", logits for a sigmoid', name),
    softmax: vscode.l10n.t('output "{0}", logits for a softmax', name),
  };
  return { label: `${taskText(taskOf(meaning))}: ${labels[meaning.kind]}`, description: values[activation] };
}

async function askLabels(ask: Asker, meaning: Meaning, given: readonly string[]): Promise<readonly string[]> {
  const question = vscode.l10n.t('What are its {0} values, in their order?', labelCount(meaning));
  const usual = usualLabels(meaning);
  if (usual.length > 0) {
    const choices: Choice<readonly string[] | typeof OTHER>[] = usual.map((value) => ({
      label: value.join(', '),
      ...(value.join().includes(ALPHABETICAL.join()) && {
        description: vscode.l10n.t('by the alphabet of their full names, as in RSNA 2019'),
      }),
      value,
    }));
    choices.push({ label: vscode.l10n.t('Another order...'), value: OTHER });
    const chosen = await ask.choose(
      question,
      choices,
      Math.max(
        0,
        usual.findIndex((one) => one.join() === given.join()),
      ),
    );
    if (chosen !== OTHER) return chosen;
  }
  const prompt = `${question} (${knownLabels(meaning).join(', ')})`;
  const problem = (text: string): string | undefined => {
    const read = readLabels(text, meaning);
    return typeof read === 'string' ? read : undefined;
  };
  const read = readLabels(await ask.write(prompt, given.join(', '), problem), meaning);
  return typeof read === 'string' ? [] : read;
}

async function askSize(ask: Asker, { input }: Proposal, given: readonly number[]): Promise<readonly number[]> {
  const fixed = input.size;
  const question =
    input.layout === 'NCHW'
      ? vscode.l10n.t('Rows and columns of the pictures that the network was trained on')
      : vscode.l10n.t('Depth, rows and columns of the patches that the network was trained on');
  const problem = (text: string): string | undefined => {
    const sides = numbersOf(text);
    const least = input.layout === 'NCHW' ? 16 : 1;
    if (sides.length !== fixed.length || sides.some((side) => !Number.isInteger(side) || side < least || side > 4096)) {
      return vscode.l10n.t('Write it as {0}; sides are from {1} to 4096.', fixed.join(' x '), least);
    }
    const wrong = sides.findIndex((side, axis) => !input.open[axis] && side !== fixed[axis]);
    return wrong < 0
      ? undefined
      : vscode.l10n.t('The network has {0} there, not {1}.', String(fixed[wrong]), String(sides[wrong]));
  };
  return numbersOf(await ask.write(question, given.join(' x '), problem));
}

async function askViews(
  ask: Asker,
  channels: number,
  layout: Proposal['input']['layout'],
): Promise<readonly ChannelView[]> {
  const texts: Readonly<Record<WindowChoice, string>> = {
    brain: vscode.l10n.t('Brain'),
    subdural: vscode.l10n.t('Subdural'),
    stroke: vscode.l10n.t('Stroke'),
    'three-windows': vscode.l10n.t('Brain, subdural and bone'),
    neighbors: vscode.l10n.t('{0} neighboring slices, brain', channels),
  };
  const choices: Choice<readonly ChannelView[] | typeof OTHER>[] = [...usualViews(channels, layout)].map(
    ([key, value]) => ({
      label: texts[key],
      description: [...new Set(value.map(({ window }) => `${window.center}/${window.width}`))].join(', '),
      value,
    }),
  );
  choices.push({ label: vscode.l10n.t('Other windows...'), value: OTHER });
  const question =
    channels === 1
      ? vscode.l10n.t('Which window (center/width in HU) does the network see?')
      : vscode.l10n.t('Which windows (center/width in HU) do its {0} channels see?', channels);
  const chosen = await ask.choose(question, choices);
  if (chosen !== OTHER) return chosen;
  const problem = (text: string): string | undefined => {
    const read = readViews(text, channels);
    return typeof read === 'string' ? read : undefined;
  };
  const read = readViews(await ask.write(question, '40/80', problem), channels);
  return typeof read === 'string' ? [] : read;
}

async function askLicense(ask: Asker): Promise<Answers['license']> {
  const free = ['MIT', 'Apache-2.0', 'BSD-3-Clause', 'CC BY 4.0'].map((name) => ({
    label: name,
    value: { name, use: 'any' as const },
  }));
  const restricted = ['CC BY-NC 4.0', 'CC BY-NC-SA 4.0'].map((name) => ({
    label: name,
    description: vscode.l10n.t('non-commercial use only'),
    value: { name, use: 'non-commercial' as const },
  }));
  const unknown = {
    label: vscode.l10n.t('Not known'),
    description: vscode.l10n.t('taken for non-commercial use only'),
    value: { name: 'not stated', use: 'non-commercial' as const },
  };
  const choices: Choice<Answers['license'] | typeof OTHER>[] = [
    unknown,
    ...free,
    ...restricted,
    { label: vscode.l10n.t('Another license...'), value: OTHER },
  ];
  const chosen = await ask.choose(vscode.l10n.t('Under which license was the network given to you?'), choices);
  if (chosen !== OTHER) return chosen;
  const problem = (text: string): string | undefined =>
    text.trim() === '' ? vscode.l10n.t('Write its name.') : undefined;
  const name = await ask.write(vscode.l10n.t('Name of the license'), '', problem);
  const use = await ask.choose<'any' | 'non-commercial'>(vscode.l10n.t('Does it allow commercial use?'), [
    { label: vscode.l10n.t('No, non-commercial use only'), value: 'non-commercial' },
    { label: vscode.l10n.t('Yes'), value: 'any' },
  ]);
  return { name: name.trim(), use };
}

const numbersOf = (text: string): number[] => (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);

function threeSpacings(text: string): string | undefined {
  const numbers = numbersOf(text);
  return numbers.length === 3 && numbers.every((mm) => mm >= 0.1 && mm <= 20)
    ? undefined
    : vscode.l10n.t('Write three numbers from 0.1 to 20, such as 5 x 0.5 x 0.5.');
}

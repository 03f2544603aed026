/** What the researchers can read: a small library in place of the web, so that the example needs no key and no network. */
export interface Source {
  title: string;
  text: string;
}

const library: readonly Source[] = [
  {
    title: 'Tides',
    text: 'Tides follow the moon. Spring tides come at new and full moon, neap tides at the quarters.',
  },
  { title: 'Harbours', text: 'A harbour silts up when its tides are weak. Dredging a harbour costs more every year.' },
  { title: 'Tidal power', text: 'Tidal power is predictable for centuries. Its turbines suffer from salt and sand.' },
  { title: 'Wind power', text: 'Wind power is cheap and fitful. Good wind power sites are far from towns.' },
  { title: 'Storage', text: 'Storage levels out what wind power delivers. Pumped storage needs a hill and a lake.' },
  { title: 'Fish', text: 'Fish follow tides into a harbour. Turbines have to turn slowly where fish pass.' },
];

/** Titles whose texts speak of it. */
export async function search(words: string): Promise<string[]> {
  return library.filter(({ text }) => text.toLowerCase().includes(words.toLowerCase())).map(({ title }) => title);
}

export async function read(title: string): Promise<Source> {
  const source = library.find((s) => s.title === title);
  if (!source) throw new Error(`there is no source called ${title}`);
  return source;
}

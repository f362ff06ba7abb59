/** What the app tells people about their pipelines, and the help. */
export const help = {
  describe: 'Describe this pipeline',
  describeShort: 'Describe in words',
  description: {
    part: 'The description',
    label: 'The pipeline in words',
    title: 'In words',
    reading: 'Reading the pipeline …',
    again: 'Tell it anew',
    save: 'Save',
    copied: 'Copied',
    keep: 'Put in description',
    keepWhat: 'Put this text under the pipeline’s own description',
    noClipboard: 'The clipboard may not be used here.',
    saveInstead: 'Save the text as a file instead.',
    already: 'The description says this already.',
    kept: 'The pipeline’s description has the text.',
  },
};

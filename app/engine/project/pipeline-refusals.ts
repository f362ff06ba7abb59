import { PenstockError } from '#app/core/errors.ts';

export function editedElsewhere(title: string): PenstockError {
  return new PenstockError('edited-elsewhere', `“${title}” was changed in another window meanwhile.`, {
    remedy: 'Load it to go on from there; what you did here since is not in it.',
  });
}

export function missing(relative: string): PenstockError {
  return new PenstockError('file-missing', `The pipeline ${relative} does not exist any more.`, {
    remedy: 'It may have been renamed or removed elsewhere; open the list of pipelines.',
    place: { file: relative },
  });
}

import type {
  DspSession,
  Finding,
  PictureBank,
  PictureBuffer,
  PictureMapping,
  PictureProcess,
} from '../model/memory.ts';

/** What the pictures (address map, sharing graph) are drawn of; a LivePicture is one. */
export interface PictureSource {
  readonly processes: ReadonlyMap<number, PictureProcess>;
  readonly buffers: ReadonlyMap<number, PictureBuffer>;
  readonly mappings: ReadonlyMap<string, PictureMapping>;
  readonly banks: ReadonlyMap<string, PictureBank>;
  readonly dsp: readonly DspSession[];
  readonly findings: readonly Finding[];
}

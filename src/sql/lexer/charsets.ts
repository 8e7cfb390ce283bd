// Names of character sets: which `_name` is an introducer, and how names in a text are decoded.

import { TextDecoder } from 'node:util';

const names = `armscii8 ascii big5 binary cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 cp932 dec8 eucjpms euckr filename
gb18030 gb2312 gbk geostd8 greek hebrew hp8 keybcs2 koi8r koi8u latin1 latin2 latin5 latin7 macce macroman sjis
swe7 tis620 ucs2 ujis utf16 utf16le utf32 utf8 utf8mb3 utf8mb4`;

const known = new Set(names.split(/\s+/));

/** Whether MySQL or MariaDB has a character set of that name (lower case). */
export function isCharset(name: string): boolean {
  return known.has(name);
}

/** MySQL's names whose bytes a WHATWG decoder reads alike. MySQL's latin1 is cp1252. */
const decoderLabels: Readonly<Record<string, string>> = {
  latin1: 'windows-1252',
  latin2: 'iso-8859-2',
  latin5: 'iso-8859-9',
  latin7: 'iso-8859-13',
  greek: 'iso-8859-7',
  hebrew: 'iso-8859-8',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1256: 'windows-1256',
  cp1257: 'windows-1257',
  cp866: 'ibm866',
  koi8r: 'koi8-r',
  koi8u: 'koi8-u',
  macroman: 'macintosh',
  tis620: 'windows-874',
  ujis: 'euc-jp',
  eucjpms: 'euc-jp',
  euckr: 'euc-kr',
  gb2312: 'gbk',
};

const decoders = new Map<string, TextDecoder>();

function decoderOf(charset: string): TextDecoder {
  let decoder = decoders.get(charset);
  if (decoder === undefined) {
    decoder = new TextDecoder(decoderLabels[charset] ?? 'utf-8', { ignoreBOM: true });
    decoders.set(charset, decoder);
  }
  return decoder;
}

/** Bytes of the charset (as a binary string) as Unicode. Malformed bytes become U+FFFD. */
export function decodeText(bytes: string, charset: string): string {
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes.charCodeAt(i) >= 0x80) return decoderOf(charset).decode(Buffer.from(bytes, 'latin1'));
  }
  return bytes;
}

/** JSON, Excel, folders of files, images; writing of files. */
export interface FormatFileServices {}

/** JSON, Excel, folders of files, images; writing of files. */
export interface FormatTableServices {}

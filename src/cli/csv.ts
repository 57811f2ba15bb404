/** A cell that no spreadsheet takes for a formula. */
const csvCell = (text: string): string => {
  const harmless = /^[=+@\t\r]|^-(?!\d+$)/.test(text) ? `'${text}` : text;
  return /[",;\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};

/** Lines of a CSV file. */
export const csv = (rows: readonly (readonly string[])[]): string[] => rows.map((row) => row.map(csvCell).join(','));

// SPDX-License-Identifier: Apache-2.0
/** A field's value as people read it: what is a code on the wire gets its word. */
import { useI18n } from "vue-i18n";

export function useFieldWords() {
  const { t } = useI18n();
  return (field: string, value: string | number | null): string => {
    if (field === "direction") return t(`desk.signs.directions.${value || "none"}`);
    if (value === null || value === "") return "—";
    return field === "dimension" ? t(`desk.signs.dimensions.${value}`) : String(value);
  };
}

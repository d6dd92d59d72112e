// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { revisitsEn } from "../revisits.en";
import { revisitsZh } from "../revisits.zh";

teach("desk", revisitsZh, revisitsEn);

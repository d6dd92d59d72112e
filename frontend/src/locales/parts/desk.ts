// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { deskEn } from "../desk.en";
import { deskZh } from "../desk.zh";

teach("desk", deskZh, deskEn);

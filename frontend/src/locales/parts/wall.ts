// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { wallEn } from "../wall.en";
import { wallZh } from "../wall.zh";

teach("wall", wallZh, wallEn);

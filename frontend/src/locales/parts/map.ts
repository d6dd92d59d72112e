// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { mapEn } from "../map.en";
import { mapZh } from "../map.zh";

teach("map", mapZh, mapEn);

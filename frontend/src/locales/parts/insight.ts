// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { insightEn } from "../insight.en";
import { insightZh } from "../insight.zh";

teach("desk", insightZh, insightEn);

// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { analysisEn } from "../analysis.en";
import { analysisZh } from "../analysis.zh";

teach("desk", analysisZh, analysisEn);

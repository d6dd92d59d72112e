// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { briefingsEn } from "../briefings.en";
import { briefingsZh } from "../briefings.zh";

teach("desk", briefingsZh, briefingsEn);

// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { sensingEn } from "../sensing.en";
import { sensingZh } from "../sensing.zh";

teach("sensing", sensingZh, sensingEn);

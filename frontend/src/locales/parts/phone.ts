// SPDX-License-Identifier: Apache-2.0
import { teach } from "..";
import { phoneEn } from "../phone.en";
import { phoneZh } from "../phone.zh";

teach("phone", phoneZh, phoneEn);

# SPDX-License-Identifier: Apache-2.0
"""Words of this package for officials."""

from typing import Final

from tongguan.messaging.contracts import Channel, MessageState

STATES: Final = [
    (MessageState.WAITING.value, "待发送"),
    (MessageState.SENT.value, "已送达"),
    (MessageState.DEAD.value, "发送失败"),
]

CHANNELS: Final = {
    Channel.INBOX.value: ("站内信", "inbox"),
    Channel.MAIL.value: ("电子邮件", "e-mail"),
    Channel.SMS.value: ("短信", "text message"),
    Channel.WEBHOOK.value: ("系统推送", "webhook"),
}

# SPDX-License-Identifier: Apache-2.0
"""A document as one page of HTML that stands alone: no script, nothing fetched, every text escaped. Pure."""

from html import escape
from typing import Final

from tongguan.documents.flow import Drawing, Flow, Grid, Heading, Item, Paragraph

#: What a browser may do with the page: draw it.
POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; sandbox"
_STYLE: Final = """
body{margin:0;background:#eef1f4;color:#1d2733;font-family:"FangSong","STFangsong","Noto Serif CJK SC",
"Noto Serif SC","Songti SC",serif;line-height:1.9}
main{box-sizing:border-box;max-width:210mm;margin:24px auto;padding:22mm 22mm 26mm;background:#fff;
box-shadow:0 1px 6px #0002}
.issuer{color:#b3160f;text-align:center;font:700 30px/1.4 "SimHei","Noto Sans CJK SC",sans-serif;
letter-spacing:.12em}
.head{display:flex;justify-content:space-between;border-bottom:2.5px solid #b3160f;
padding:10px 2px 6px;font-size:15px}
h1{font:700 25px/1.5 "SimSun","Noto Serif CJK SC",serif;text-align:center;margin:26px 0 18px}
h2{font:700 19px/1.8 "SimHei","Noto Sans CJK SC",sans-serif;margin:22px 0 4px}
h3{font:600 18px/1.8 "KaiTi","Noto Serif CJK SC",serif;margin:12px 0 2px}
p{font-size:18px;text-indent:2em;margin:4px 0;text-align:justify}
b{font-weight:600}
figure{margin:14px 0;break-inside:avoid}figure svg{width:100%;height:auto}
figcaption,caption{font:600 15px/1.8 "SimHei","Noto Sans CJK SC",sans-serif;text-align:center;padding:4px}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.6;margin:14px 0;break-inside:avoid}
th,td{border-bottom:1px solid #d5dbe2;padding:4px 6px;text-align:right}
th:first-child,td:first-child{text-align:left}thead th{background:#eef3f9;border-top:1.5px solid #1d2733}
tbody tr:last-child td{font-weight:600;border-bottom:1.5px solid #1d2733}
.signs{display:flex;justify-content:flex-end;gap:3em;font-size:17px;margin-top:26px}
footer{border-top:1px solid #b8c1cb;margin-top:22px;padding-top:6px;font-size:13px;color:#56616d}
footer p{font-size:13px;text-indent:0;margin:2px 0}
@media print{body{background:#fff}main{box-shadow:none;margin:0;padding:0;max-width:none}}
"""


def page(flow: Flow) -> str:
    """Give the page."""
    signs = flow.signs
    named = [("审核", signs.reviewed_by), ("签发", signs.signed_by)]
    stand = "".join(f"<span>{label}：{escape(name)}</span>" for label, name in named if name)
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        f"<title>{escape(flow.title)}</title><style>{_STYLE}</style></head><body><main>"
        f'<div class="issuer">{escape(flow.issuer)}</div>'
        f'<div class="head"><span>{escape(flow.kind)}（{escape(signs.state)}）</span>'
        f"<span>{escape(signs.signed_on or flow.date)}</span></div>"
        f"<h1>{escape(flow.title)}</h1>{''.join(_item(one) for one in flow.items)}"
        f'<div class="signs">{stand}</div>'
        f"<footer>{''.join(f'<p>{escape(one)}</p>' for one in flow.notes)}</footer></main></body></html>"
    )


def _item(item: Item) -> str:
    if isinstance(item, Heading):
        tag = "h2" if item.level == 1 else "h3"
        return f"<{tag}>{escape(item.text)}</{tag}>"
    if isinstance(item, Paragraph):
        return f"<p>{''.join(_run(*run) for run in item.runs)}</p>"
    if isinstance(item, Drawing):
        return f"<figure>{item.svg}<figcaption>{escape(item.caption)}</figcaption></figure>"
    return _grid(item)


def _run(text: str, figure: str) -> str:
    return f'<b data-figure="{escape(figure)}">{escape(text)}</b>' if figure else escape(text)


def _grid(grid: Grid) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in grid.heads)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text, _ in row)}</tr>" for row in grid.rows)
    return (
        f"<table><caption>{escape(grid.caption)}</caption><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )

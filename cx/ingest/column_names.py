"""How much the name of a column of a file sounds like a column of the contract, in several languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rapidfuzz import fuzz

# Beginnings of words that speak of recommending, in small letters.
RECOMMEND = ("recommend", "empfehl", "recomend", "recomiend", "recommand", "raccomand", "consigli", "aanbevel",
             "aanraden", "anbefal", "rekommend", "polec", "doporuč", "odporuč", "рекоменд", "порекоменд", "tavsiye",
             "推薦", "推荐", "推介", "勧め", "薦め", "すすめ", "추천", "แนะนำ", "giới thiệu", "rekomendasi")
# A question about why is a comment, not the score.
REASON = ("why", "reason", "warum", "grund", "por qué", "porque", "pourquoi", "explica", "perché", "为什么",
          "為什麼", "原因", "理由")

_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "response_id": ("response id", "respondent id", "answer id", "submission id", "record id", "survey response id",
                    "id", "respnum", "antwort id", "id respuesta", "id réponse", "回覆編號", "回复编号", "答卷編號",
                    "答卷编号", "編號", "编号", "問卷編號", "问卷编号", "序號", "序号", "回答id"),
    "score": ("nps", "nps score", "score", "net promoter score", "netpro", "likelihood to recommend", "ltr",
              "recommendation score", "推薦分數", "推荐分数", "推薦度", "推荐度", "推薦意願", "推荐意愿",
              "净推荐值", "淨推薦值"),
    "survey": ("survey", "survey type", "kind of survey", "umfrage", "encuesta", "enquête", "調查類型", "调查类型"),
    "responded_at": ("responded at", "response date", "answered at", "submitted at", "submit date", "completed at",
                     "completion date", "end date", "recorded date", "timestamp", "date", "survey date",
                     "answer date", "datum", "antwortdatum", "erfassungsdatum", "enddatum", "fecha",
                     "fecha de respuesta", "date de réponse", "data", "填答時間", "填答时间", "提交時間",
                     "提交时间", "提交答卷时间", "回覆時間", "日期", "時間", "时间", "回答日時"),
    "invited_at": ("invited at", "invitation date", "sent at", "sent date", "send date", "einladungsdatum",
                   "fecha de envío", "date d'envoi", "發送時間", "发送时间", "邀請時間", "邀请时间"),
    "unit_id": ("unit", "unit id", "business unit", "branch", "branch id", "store", "store id", "shop", "region",
                "office", "location", "site", "subsidiary", "filiale", "standort", "niederlassung", "sucursal",
                "tienda", "agence", "magasin", "boutique", "barea", "分行", "分公司", "門市", "门店", "單位",
                "单位", "事業部", "事业部", "據點", "网点", "店舗", "支店"),
    "customer_id": ("customer id", "customer", "client id", "client", "contact id", "member id", "account id",
                    "user id", "external reference", "kundennummer", "kunde", "cliente", "id cliente",
                    "numéro client", "客戶編號", "客户编号", "會員編號", "会员编号", "顧客番号"),
    "touchpoint_id": ("touchpoint", "touch point", "touchpoint id", "moment", "journey step", "kontaktpunkt",
                      "punto de contacto", "point de contact", "接觸點", "接触点", "觸點", "触点"),
    "product": ("product", "product name", "line of business", "coverage", "produkt", "producto", "produit", "產品",
                "产品", "商品", "險種", "险种"),
    "segment": ("segment", "customer segment", "customer type", "tier", "kundensegment", "segmento", "客群",
                "客户类型", "客戶類型", "分群"),
    "channel": ("channel", "distribution channel", "survey channel", "source", "kanal", "canal", "通路", "渠道",
                "管道", "チャネル"),
    "language": ("language", "user language", "lang", "locale", "sprache", "benutzersprache", "idioma", "langue",
                 "語言", "语言", "言語"),
    "weight": ("weight", "survey weight", "weighting", "gewicht", "peso", "poids", "權重", "权重"),
    "comment": ("comment", "comments", "feedback", "reason", "verbatim", "open text", "explanation", "explication",
                "kommentar", "comentario", "comentarios", "commentaire", "review", "reviewbody", "意見", "意见",
                "評論", "评论", "原因", "建議", "建议", "コメント"),
    "wave": ("wave", "survey wave", "welle", "ola", "vague", "波次", "期別"),
    "name": ("name", "title", "label", "名稱", "名称"),
    "parent_id": ("parent", "parent id", "parent unit", "上層單位", "上级单位"),
    "kind": ("kind", "level", "type"),
    "region": ("region", "state", "province", "county", "area", "census region", "地區", "地区"),
    "joined_on": ("joined on", "join date", "start date", "customer since", "opened", "加入日期"),
    "left_on": ("left on", "end date", "churn date", "leave date", "closed", "離開日期", "离开日期"),
    "opened_on": ("opened on", "opened", "open date", "created on"),
    "closed_on": ("closed on", "closed", "close date"),
    "opened_at": ("opened at", "opened", "open date", "created at"),
    "closed_at": ("closed at", "closed", "close date", "resolved at"),
    "case_id": ("case id", "case number", "ticket id", "file no", "complaint id"),
    "month": ("month", "period", "月份", "年月"),
})
# Names shorter than this are compared letter by letter; longer ones are questions, in which words are looked for.
_SHORT = 40
# Below this likeness of letters two names mean different things.
_LEAST_ALIKE = 82


def words_of(name: str) -> str:
    """A name as words in small letters.

    >>> words_of("RecordedDate"), words_of("CUST_ID  ")
    ('recorded date', 'cust id')
    """
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.sub(r"[\W_]+", " ", parted).casefold().split())


def speaks_of(name: str, beginnings: tuple[str, ...]) -> bool:
    """Whether a word of a name begins so; long beginnings, and those of scripts without spaces, may stand anywhere.

    >>> speaks_of("Qrecommend", RECOMMEND), speaks_of("您会推荐吗", RECOMMEND), speaks_of("Anyway", REASON)
    (True, True, False)
    """
    text = f" {words_of(name)}"
    return any((begin if len(begin) > 5 or not begin.isascii() else f" {begin}") in text for begin in beginnings)


def name_score(name: str, column: str) -> int:
    """How much a name sounds like a column of the contract: from 0 to 100.

    >>> name_score("Kundennummer", "customer_id"), name_score("Favourite colour", "score")
    (100, 0)
    """
    text = words_of(name)
    if not text:
        return 0
    if text == column.replace("_", " "):
        return 100
    best = 0.0
    for synonym in _NAMES.get(column, (column.replace("_", " "),)):
        wanted = words_of(synonym)
        if text == wanted:
            return 100
        best = max(best, _likeness(text, wanted))
    return round(best)


def _likeness(text: str, wanted: str) -> float:
    if len(text) <= _SHORT:
        alike = fuzz.ratio(text, wanted)
        if alike >= _LEAST_ALIKE and min(len(text), len(wanted)) > 4 and text[0] == wanted[0]:
            return alike - 5
    if len(wanted) < 3 and wanted.isascii():
        return 0
    inside = wanted in text if not wanted.isascii() and len(wanted) >= 2 else f" {wanted} " in f" {text} "
    return max(40.0, 85 - 2.0 * (len(text) - len(wanted))) if inside else 0

"""Recorded voices: excerpts with transcript and consent, and the spans to silence. The sound files may not exist."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from cx.demo.tables import as_table


@dataclass(frozen=True)
class Recording:
    """A recording with one excerpt; `masked_s` is the span to silence, in seconds."""

    name: str
    title: str
    transcript: str
    language: str
    unit_id: str
    touchpoint_id: str
    recorded_on: str
    span_s: tuple[float, float]
    consent: str = "given"
    expires_on: str = "2028-12-31"
    masked_s: tuple[float, float] | None = None


_RECORDINGS = (
    Recording("claim_call_01", "Sent from desk to desk",
              "First the hotline, then the branch, and the branch asked me to call the hotline.", "en", "HL-N1",
              "claim_report", "2026-02-11", (12.0, 31.5), masked_s=(15.0, 17.5)),
    Recording("claim_call_02", "理賠進度", "我只想知道理賠到哪裡了,沒有人能回答。", "zh_Hant", "HL-C3", "claim_review",
              "2026-03-04", (5.0, 22.0)),
    Recording("claim_call_03", "热线转网点", "热线让我去网点,网点又让我打热线。", "zh_Hans", "HL-E1", "claim_report",
              "2026-04-18", (8.0, 26.0), masked_s=(9.0, 10.5)),
    Recording("payout_call_01", "The notice went to my son",
              "I pay for this policy for twenty years, and the letter went to my son.", "en", "HL-N2", "payout",
              "2025-09-23", (3.0, 24.0), masked_s=(6.0, 8.0)),
    Recording("payout_call_02", "匯款太慢", "錢三個星期才到,也沒有任何通知。", "zh_Hant", "HL-C1", "payout",
              "2025-11-05", (10.0, 28.0)),
    Recording("payout_call_03", "转账慢", "到账太慢了,没有人告诉我什么时候能到。", "zh_Hans", "HL-S2", "payout",
              "2026-01-15", (4.0, 19.0)),
    Recording("payout_call_04", "Paid the next day", "I did not expect it, the money was there the next morning.", "en",
              "HL-N3", "payout", "2024-05-14", (2.0, 14.0)),
    Recording("policy_change_01", "One call was enough", "One call, no form, done. Why was it not like this before?",
              "en", "HL-N1", "policy_change", "2026-01-27", (6.0, 18.0)),
    Recording("policy_change_02", "一通電話", "一通電話就改好了,真的很方便。", "zh_Hant", "HL-C4", "policy_change",
              "2026-05-12", (3.0, 15.0)),
    Recording("hotline_call_01", "Forty minutes", "Forty minutes of music, and then the line was cut.", "en", "HB-N4",
              "hotline", "2024-02-19", (0.0, 12.5)),
    Recording("hotline_call_02", "等很久", "等了二十五分鐘,還要再說一次我的問題。", "zh_Hant", "HB-C2", "hotline",
              "2025-06-09", (7.0, 21.0), masked_s=(11.0, 13.0)),
    Recording("hotline_call_03", "马上解决", "客服马上帮我解决了,很满意。", "zh_Hans", "HB-E3", "hotline", "2026-06-22",
              (2.0, 11.0)),
    Recording("counter_01", "They know me", "At the counter they know me by name, that is why I stay.", "en", "HB-N1",
              "counter_visit", "2025-10-02", (5.0, 17.0), masked_s=(8.0, 9.0)),
    Recording("counter_02", "排隊", "人員很好,但排隊排太久。", "zh_Hant", "HB-C5", "counter_visit", "2024-09-11",
              (1.0, 9.0)),
    Recording("app_01", "The app throws me out", "Every second time the app throws me out, so I go to the branch.",
              "en", "HB-N5", "app_banking", "2026-04-07", (4.0, 16.0)),
    Recording("app_02", "人脸识别", "人脸识别失败了五次,我放弃了。", "zh_Hans", "HB-S4", "identity_check", "2026-03-16",
              (6.0, 18.5)),
    Recording("renewal_01", "Only when the bill comes", "I hear from them once a year: when the bill comes.", "en",
              "HM-N", "renewal_notice", "2026-07-08", (3.0, 13.0)),
    Recording("renewal_02", "因為方便", "我續保是因為方便,哪裡便宜我就去哪裡。", "zh_Hant", "HM-C", "renewal_notice",
              "2026-08-19", (2.0, 14.0)),
    Recording("renewal_03", "没有联系", "一年里没有人联系过我。", "zh_Hans", "HM-S", "renewal_notice", "2026-09-02",
              (1.0, 8.0), consent="unknown"),
    Recording("settled_01", "Storm damage", "After the storm they called me before I called them.", "en", "HM-S",
              "claim_settled", "2025-08-29", (5.0, 19.0)),
    Recording("adviser_01", "She explained it", "My adviser explained the fund and did not push at all.", "en", "HK-N1",
              "first_meeting", "2025-12-03", (7.0, 20.0)),
    Recording("adviser_02", "顧問很專業", "顧問很專業,會站在我的立場想。", "zh_Hant", "HK-N2", "renewal_talk",
              "2026-02-25", (2.0, 12.0), consent="withdrawn"),
    Recording("complaint_01", "A standard letter", "Three weeks, and then a letter that did not answer my question.",
              "en", "HK-S1", "complaint_answer", "2026-05-27", (9.0, 27.0), consent="refused"),
    Recording("complaint_02", "投诉有回应", "投诉当天就有人回电,第二天解决了。", "zh_Hans", "HB-E5", "complaint_answer",
              "2024-04-16", (3.0, 13.5), expires_on="2026-04-16"),
)


def _media(recording: Recording) -> str:
    return f"demo/{recording.name}.wav"


def excerpts_table() -> pa.Table:
    """The `excerpts` table: one excerpt a recording; some may not be played (consent, expiry)."""
    n = len(_RECORDINGS)
    return as_table(
        "excerpts", excerpt_id=[f"E{number:03}" for number in range(1, n + 1)],
        media=[_media(r) for r in _RECORDINGS], start_s=[str(r.span_s[0]) for r in _RECORDINGS],
        end_s=[str(r.span_s[1]) for r in _RECORDINGS], transcript=[r.transcript for r in _RECORDINGS],
        language=[r.language for r in _RECORDINGS], unit_id=[r.unit_id for r in _RECORDINGS],
        touchpoint_id=[r.touchpoint_id for r in _RECORDINGS], response_id=[None] * n,
        recorded_on=[r.recorded_on for r in _RECORDINGS], consent=[r.consent for r in _RECORDINGS],
        expires_on=[r.expires_on for r in _RECORDINGS], title=[r.title for r in _RECORDINGS])


def masks_table() -> pa.Table:
    """The `masks` table."""
    spans = [(_media(r), *map(str, r.masked_s)) for r in _RECORDINGS if r.masked_s is not None]
    return as_table("masks", media=[span[0] for span in spans], start_s=[span[1] for span in spans],
                    end_s=[span[2] for span in spans], reason=["name spoken"] * len(spans))
